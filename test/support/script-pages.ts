import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { build } from 'vite'
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
/** A package whose modules pages may import: SIP.js, below /sip.js/. */
const SIP_JS = join(import.meta.dirname, '../../node_modules/sip.js/lib')

/** JsSIP has no modules of a browser's kind: it is made one of them. */
const buildJsSip = async (): Promise<string> => {
  const entry = join(import.meta.dirname, '../../node_modules/jssip/lib/JsSIP.js')
  const made = await build({
    ...{ configFile: false, logLevel: 'silent', define: { 'process.env.NODE_ENV': '"production"' } },
    build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'jssip' } },
  })
  const [first] = Array.isArray(made) ? made : [made]
  const file = first && 'output' in first ? first.output[0] : undefined
  return file?.type === 'chunk' ? file.code : ''
}
let built: Promise<string> | undefined
/** Once for all pages: it takes a busy machine longer than a page waits. */
const jsSip = (): Promise<string> => {
  built ??= buildJsSip()
  return built
}

const fileOf = (path: string): string | undefined => {
  const own = /^\/([\w-]+\.js)$/.exec(path)?.[1]
  if (own !== undefined) return join(FOLDER, own)
  const module = /^\/sip\.js\/([\w/-]+\.js)$/.exec(path)?.[1]
  return module === undefined ? undefined : join(SIP_JS, module)
}

export const serveScripts = async (): Promise<{ origin: string; close(): void }> => {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages')
    const script = /^\/([\w-]+)\.html$/.exec(pathname)?.[1]
    const file = pathname === '/jssip.js' ? undefined : fileOf(pathname)
    if (pathname === '/jssip.js') response.setHeader('content-type', 'text/javascript').end(await jsSip())
    else if (file !== undefined)
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
