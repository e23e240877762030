import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openChromium } from './chromium.ts'

export type ScriptPages = {
  /** A page with this script of test/support/pages as its only content. */
  open(script: string, prepare?: (page: Page) => Promise<void>): Promise<Page>
  /** What pages said on their consoles. */
  output(): string
  readonly origin: string
  close(): Promise<void>
}

const FOLDER = join(import.meta.dirname, 'pages')
/** Scripts of packages, by the name that pages give them. */
const PACKAGES: Readonly<Record<string, string>> = {
  'sip.js': join(import.meta.dirname, '../../node_modules/sip.js/lib/index.js'),
}

const serveScripts = async (): Promise<{ origin: string; close(): void }> => {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages')
    const name = /^\/([\w-]+\.js)$/.exec(pathname)?.[1]
    const script = /^\/([\w-]+)\.html$/.exec(pathname)?.[1]
    const file = name === undefined ? undefined : (PACKAGES[name] ?? join(FOLDER, name))
    if (file !== undefined)
      response.setHeader('content-type', 'text/javascript').end(await readFile(file).catch(() => ''))
    else if (script !== undefined)
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><title>page</title><script type="module" src="/${script}.js"></script>`)
    else response.writeHead(404).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A real browser, and pages that are nothing but a script. */
export const startScriptPages = async (): Promise<ScriptPages> => {
  const scripts = await serveScripts()
  const { context, close } = await openChromium({
    flags: ['--ignore-certificate-errors'],
    ignoreHTTPSErrors: true,
  })
  const lines: string[] = []
  return {
    origin: scripts.origin,
    output: () => lines.slice(-40).join('\n'),
    async open(script, prepare) {
      const page = await context.newPage()
      page.on('console', (message) => lines.push(`${script}: ${message.text()}`))
      page.on('pageerror', (error) => lines.push(`${script}: ${error.message}`))
      await prepare?.(page)
      await page.goto(`${scripts.origin}/${script}.html`)
      return page
    },
    async close() {
      await close()
      scripts.close()
    },
  }
}
