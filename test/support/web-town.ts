import type { Page } from 'playwright-core'
import { encipher } from '#webcall'
import { freePort, portRange } from './ports.ts'
import type { ScriptPages } from './script-pages.ts'
import { logOf, md5User, startTandem, type Tandem } from './tandem.ts'
import { until } from './wait.ts'

export const KEY = 'Operator'

export type WebTown = Tandem & { readonly ws: string; readonly wss: string }

/** A house with web phones; `users` are names, the password of each is `secret of NAME`. */
export const startWebTown = async (
  users: string[],
  config: Record<string, unknown> = {},
): Promise<WebTown> => {
  const [ws, wss, http, https] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const house = await startTandem({
    config: {
      security: { exempt: ['127.0.0.0/8'] },
      ue_db: users.map((name) => md5User(name, `secret of ${name}`)),
      webphone: {
        ...{ ws_addr: `127.0.0.1:${ws}`, wss_addr: `127.0.0.1:${wss}` },
        ...{ phone_http_addr: `127.0.0.1:${http}`, phone_https_addr: `127.0.0.1:${https}` },
        ...{ legacy: { key: KEY, plain_ws: true }, media_port: portRange(400).from, max_calls: 20 },
      },
      ...config,
    },
  })
  return { ...house, ws: `ws://127.0.0.1:${ws}`, wss: `wss://127.0.0.1:${wss}` }
}

type Account = { user: string; hertz: number; video?: boolean; answers?: boolean; password?: string }

type Heard = { op: string; [field: string]: string }
type OldPhone = {
  heard: Heard[]
  cid: string
  login(url: string, account: Account): void
  call(to: string): Promise<void>
  say(op: number, fields?: Record<string, string>): void
  has(op: string, more?: Record<string, string>): boolean
  ear(): number
  frames(): Promise<number>
}
declare const phone: OldPhone

/** The old client of `test/support/pages`, driven from here. */
export const oldPage = async (browser: ScriptPages, url: string, account: Account) => {
  const page: Page = await browser.open('old-client', async (fresh) => {
    await fresh.exposeFunction('encipher', (password: string, nonce: string, tel: string) =>
      encipher(password, { cipher: 'aes128ecb', key: KEY, nonce, tel }),
    )
  })
  const full = { password: `secret of ${account.user}`, ...account }
  await page.waitForFunction('globalThis.phone?.login')
  await page.evaluate(([to, who]) => phone.login(to, who), [url, full] as const)
  const has = (op: number, more: Record<string, string> = {}) =>
    page.evaluate(([wanted, fields]) => phone.has(wanted, fields), [`${op}`, more] as const)
  const one = {
    page,
    has,
    until: (op: number, more: Record<string, string> = {}, timeoutMs = 10_000) =>
      until(`${account.user} hears ${op} ${JSON.stringify(more)}`, () => has(op, more), { timeoutMs }),
    registered: () => one.until(9001, { state: '0' }),
    call: (to: string) => page.evaluate((number) => phone.call(number), to),
    say: (op: number, more: Record<string, string> = {}) =>
      page.evaluate(([number, fields]) => phone.say(number, fields), [op, more] as const),
    cid: () => page.evaluate(() => phone.cid),
    heard: () => page.evaluate(() => phone.heard),
    forget: () => page.evaluate(() => void phone.heard.splice(0)),
    /** The tone that comes, in hertz. */
    ear: () => page.evaluate(() => phone.ear()),
    hears: (hertz: number) =>
      until(
        `${account.user} hears ${hertz} Hz`,
        async () => Math.abs((await page.evaluate(() => phone.ear())) - hertz) < 15,
      ),
    silent: () =>
      until(`${account.user} hears nothing`, async () => (await page.evaluate(() => phone.ear())) === 0),
    frames: () => page.evaluate(() => phone.frames()),
  }
  return one
}
export type OldPage = Awaited<ReturnType<typeof oldPage>>

/** For the message of a failed test. */
export const storyOf = async (house: Tandem, browser: ScriptPages, ...pages: OldPage[]): Promise<string> => {
  const heard = await Promise.all(pages.map((page) => page.heard()))
  const told = heard.map((list) =>
    list.map((one) => JSON.stringify({ ...one, sdp: one.sdp?.length })).join('\n'),
  )
  return [browser.output(), ...told, logOf(house)].join('\n----\n')
}
