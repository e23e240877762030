import type { Page } from 'playwright-core'
import { encipher } from '#webcall'
import { freePort, portRange } from './ports.ts'
import type { ScriptPages } from './script-pages.ts'
import { DOMAIN, logOf, md5User, startTandem, type Tandem } from './tandem.ts'
import { until } from './wait.ts'

export const KEY = 'Operator'

export type WebTown = Tandem & {
  readonly ws: string
  readonly wss: string
  /** A token of `POST token` for that user, as its page gets one. */
  token(user: string): Promise<string>
}

const tokenOf = async ({ ports }: Tandem, user: string): Promise<string> => {
  const api = `http://127.0.0.1:${ports.http}/phone/api`
  const headers = { 'content-type': 'application/json', 'x-tandem-phone': '1' }
  const body = JSON.stringify({ user, password: `secret-of-${user}` })
  const login = await fetch(`${api}/login`, { method: 'POST', headers, body })
  if (login.status !== 200) throw new Error(`login: ${login.status} ${await login.text()}`)
  const cookie = login.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const reply = await fetch(`${api}/token`, { method: 'POST', headers: { ...headers, cookie }, body: '{}' })
  if (reply.status !== 200) throw new Error(`token: ${reply.status} ${await reply.text()}`)
  return ((await reply.json()) as { token: string }).token
}

/** A house with web phones; `users` are names, the password of each is `secret-of-NAME`. */
export const startWebTown = async (
  users: string[],
  config: Record<string, unknown> = {},
): Promise<WebTown> => {
  const [ws, wss, http, https] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const house = await startTandem({
    config: {
      security: { exempt: ['127.0.0.0/8'] },
      ue_db: users.map((name) => md5User(name, `secret-of-${name}`)),
      webphone: {
        ...{ ws_addr: `127.0.0.1:${ws}`, wss_addr: `127.0.0.1:${wss}` },
        ...{ phone_http_addr: `127.0.0.1:${http}`, phone_https_addr: `127.0.0.1:${https}` },
        ...{ legacy: { key: KEY, plain_ws: true }, media_port: portRange(400).from, max_calls: 20 },
      },
      ...config,
    },
  })
  const urls = { ws: `ws://127.0.0.1:${ws}`, wss: `wss://127.0.0.1:${wss}` }
  return { ...house, ...urls, token: (user) => tokenOf(house, user) }
}

type Account = {
  user: string
  hertz: number
  video?: boolean
  answers?: boolean
  password?: string
  bundle?: 'max-bundle'
}

type Heard = { op: string; [field: string]: string }
type OldPhone = {
  heard: Heard[]
  cid: string
  resume: string
  login(url: string, account: Account, token?: string): void
  connect(url: string, token: string, resume: string): void
  cut(): void
  addPicture(): Promise<void>
  hangUp(): Promise<void>
  hold(on: boolean): Promise<void>
  call(to: string): Promise<void>
  say(op: number, fields?: Record<string, string>): void
  has(op: string, more?: Record<string, string>): boolean
  ear(): number
  frames(): Promise<number>
  energy(): Promise<number>
}
declare const phone: OldPhone

const driver = (page: Page, { user }: Account) => {
  const has = (op: number, more: Record<string, string> = {}) =>
    page.evaluate(([wanted, fields]) => phone.has(wanted, fields), [`${op}`, more] as const)
  const one = {
    ...{ page, user, has },
    until: (op: number, more: Record<string, string> = {}, timeoutMs = 30_000) =>
      until(`${user} hears ${op} ${JSON.stringify(more)}`, () => has(op, more), { timeoutMs }),
    registered: () => one.until(9001, { state: '0' }),
    call: (to: string) => page.evaluate((number) => phone.call(number), to),
    say: (op: number, more: Record<string, string> = {}) =>
      page.evaluate(([number, fields]) => phone.say(number, fields), [op, more] as const),
    cid: () => page.evaluate(() => phone.cid),
    heard: () => page.evaluate(() => phone.heard),
    forget: () => page.evaluate(() => void phone.heard.splice(0)),
    hears: (hertz: number) =>
      until(
        `${user} hears ${hertz} Hz`,
        async () => Math.abs((await page.evaluate(() => phone.ear())) - hertz) < 15,
      ),
    /** Some sound, whichever: where no ear can be had. */
    hearsSound: async () => {
      const before = await page.evaluate(() => phone.energy())
      return until(
        `${user} hears something`,
        async () => (await page.evaluate(() => phone.energy())) > before + 0.05,
      )
    },
    silent: () => until(`${user} hears nothing`, async () => (await page.evaluate(() => phone.ear())) === 0),
    frames: () => page.evaluate(() => phone.frames()),
    /** Pictures that come anew. */
    sees: async () => {
      const before = await one.frames()
      return until(`${user} sees pictures`, async () => (await one.frames()) > before + 5)
    },
  }
  return one
}
export type Driver = ReturnType<typeof driver>

/** The old client of `test/support/pages`, driven from here. */
export const oldPage = async (browser: ScriptPages, url: string, account: Account): Promise<Driver> => {
  const page = await browser.open('old-client', async (fresh) => {
    await fresh.exposeFunction('encipher', (password: string, nonce: string, tel: string) =>
      encipher(password, { cipher: 'aes128ecb', key: KEY, nonce, tel }),
    )
  })
  const full = { password: `secret-of-${account.user}`, ...account }
  await page.waitForFunction('globalThis.phone?.login')
  await page.evaluate(([to, who]) => phone.login(to, who), [url, full] as const)
  const one = driver(page, account)
  await one.registered()
  return one
}

/** A page with the JSON dialect. */
export const newPage = async (browser: ScriptPages, house: WebTown, account: Account) => {
  const page = await browser.open('new-client')
  await page.waitForFunction('globalThis.phone?.login')
  const token = await house.token(account.user)
  await page.evaluate(([to, who, key]) => phone.login(to, who, key), [house.wss, account, token] as const)
  const one = driver(page, account)
  await one.registered()
  return {
    ...one,
    cut: () => page.evaluate(() => phone.cut()),
    /** Its connection is lost, and it comes back by another one. */
    comeBack: async () => {
      await one.forget()
      const fresh = await house.token(account.user)
      await page.evaluate(([to, key]) => phone.connect(to, key, phone.resume), [house.wss, fresh] as const)
      await one.registered()
    },
    addPicture: () => page.evaluate(() => phone.addPicture()),
  }
}

/** SIP.js, or JsSIP, in a page, by the same ports. */
export const sipPage = async (
  browser: ScriptPages,
  house: WebTown,
  account: Account,
  client: 'sip-client' | 'jssip-client' = 'sip-client',
) => {
  const page = await browser.open(client)
  await page.waitForFunction('globalThis.phone?.login')
  const full = { domain: DOMAIN, password: `secret-of-${account.user}`, ...account }
  await page.evaluate(([to, who]) => phone.login(to, who), [house.wss, full] as const)
  const one = driver(page, account)
  const hears = (word: string) =>
    until(`${account.user} is ${word}`, () => page.evaluate((op) => phone.has(op), word))
  await hears('registered')
  return {
    ...one,
    says: hears,
    answered: () => hears('answered'),
    over: () => hears('hangup'),
    hangUp: () => page.evaluate(() => phone.hangUp()),
    hold: (on: boolean) => page.evaluate((is) => phone.hold(is), on),
  }
}

/** For the message of a failed test. */
export const storyOf = async (house: Tandem, browser: ScriptPages, ...pages: Driver[]): Promise<string> => {
  const heard = await Promise.all(pages.map((page) => page.heard()))
  const told = heard.map((list) =>
    list.map((one) => JSON.stringify({ ...one, sdp: one.sdp?.length })).join('\n'),
  )
  return [browser.output(), ...told, logOf(house)].join('\n----\n')
}
