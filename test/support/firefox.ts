import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { peer } from './peers.ts'
import { startProgram } from './program.ts'
import { type ScriptPages, serveScripts } from './script-pages.ts'
import { temporaryFolder } from './tandem.ts'

/** Media over loopback without anybody asked, and nothing fetched from its makers. */
const PREFERENCES: Record<string, string | number | boolean> = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.navigator.audio.fake_frequency': 440,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.block-autoplay-until-in-foreground': false,
  'remote.active-protocols': 1,
  'app.normandy.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'toolkit.telemetry.server': 'http://127.0.0.1:9',
}

const profile = (): string => {
  const folder = temporaryFolder('firefox')
  mkdirSync(join(folder, 'home'))
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  )
  writeFileSync(join(folder, 'user.js'), `${lines.join('\n')}\n`)
  return folder
}

type Answer = { id?: number; type: string; result?: unknown; message?: string }
type Evaluated = { type: string; result?: { value?: string }; exceptionDetails?: { text: string } }

/** WebDriver BiDi: commands and answers with numbers, as JSON over a WebSocket. */
const openBiDi = async (url: string) => {
  const socket = new WebSocket(`${url}/session`)
  const waiting = new Map<number, (answer: Answer) => void>()
  let last = 0
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('firefox: no BiDi')))
  })
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(`${data}`) as Answer
    if (answer.id === undefined) return
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const say = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, (answer) => {
        if (answer.type === 'success') resolve(answer.result as T)
        else reject(new Error(`firefox: ${method}: ${answer.message}`))
      })
      socket.send(JSON.stringify({ id, method, params }))
    })
  return { say, close: () => socket.close() }
}

/** What tests use of a page of Playwright, which drives no Firefox but its own. */
const pageOf = (say: Awaited<ReturnType<typeof openBiDi>>['say'], context: string): Page => {
  const run = async (expression: string): Promise<unknown> => {
    const told = await say<Evaluated>('script.evaluate', {
      expression: `(async () => JSON.stringify((await (${expression})) ?? null))()`,
      ...{ target: { context }, awaitPromise: true, userActivation: true },
    })
    if (told.type !== 'success') throw new Error(`firefox: ${told.exceptionDetails?.text}`)
    return JSON.parse(told.result?.value ?? 'null')
  }
  const page = {
    evaluate: (work: unknown, argument?: unknown) => run(`(${work})(${JSON.stringify(argument) ?? ''})`),
    waitForFunction: async (expression: string) => {
      while (!(await run(`Boolean(${expression})`))) await new Promise((done) => setTimeout(done, 50))
    },
    close: () => say('browsingContext.close', { context }),
  }
  return page as unknown as Page
}

/** Firefox without a window, and pages that are nothing but a script. */
export const startFirefoxPages = async (): Promise<ScriptPages> => {
  const folder = profile()
  const program = startProgram(
    peer('firefox-esr').path,
    ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port=0', 'about:blank'],
    { env: { HOME: join(folder, 'home'), MOZ_CRASHREPORTER_DISABLE: '1' } },
  )
  const [, url = ''] = await program.waitFor(/BiDi listening on (ws:\/\/\S+)/, 90_000)
  const { say, close } = await openBiDi(url)
  await say('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } })
  const scripts = await serveScripts()
  return {
    origin: scripts.origin,
    output: () => program.output().slice(-2000),
    async open(script) {
      const { context } = await say<{ context: string }>('browsingContext.create', { type: 'tab' })
      const to = `${scripts.origin}/${script}.html`
      await say('browsingContext.navigate', { context, url: to, wait: 'complete' })
      return pageOf(say, context)
    },
    async close() {
      close()
      await program.stop()
      scripts.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}
