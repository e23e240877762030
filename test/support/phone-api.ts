import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import {
  createApp,
  createPhone,
  createPhoneBook,
  createPhoneSessions,
  createTokens,
  type PhonePorts,
} from '#admin'
import {
  type CallRecord,
  createEvents,
  createGuard,
  createGuests,
  createSubscribers,
  type GuestPlan,
  type MessageRecord,
  type PhoneItem,
  type PhoneStore,
  type Subscriber,
} from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { err } from '#lib/result'
import { createHandClock } from '#lib/timers'

export const aUser = (name: string, password?: string): Subscriber => ({
  ...{ impi: name, domain: 'tandem.test', proof: 'MD5' },
  identities: [{ uri: `sip:${name}`, user: name }],
  ...{ multiSim: false, anonymous: false, ringOnly: false, reliable: false, proveOnRegisterOnly: false },
  ...(password !== undefined && { password }),
})

const GUEST_PLAN: GuestPlan = {
  enabled: true,
  caller: { identity: 'sip:guest@tandem.test', display: '', anonymous: false },
  ...{ allow: ['600', '10??'], callBack: ['+49*'], origins: ['https://shop.example'] },
  ...{ ctiHeader: 'X-CTI-Data', skillHeader: 'X-Skill' },
  ...{ perHour: 3, perMinute: 100, mostCalls: 2, callMinutes: 30, dayMinutes: 60 },
}

/** What storage does with indexes, by looking through everything. */
const memoryPhoneStore = () => {
  const items = new Map<string, PhoneItem>()
  const calls: CallRecord[] = []
  const messages: MessageRecord[] = []
  const store: PhoneStore = {
    items: async () => [...items.values()].map((item) => ({ ...item })),
    put: async (item) => void items.set(`${item.kind}:${item.name}`, { ...item }),
    remove: async ({ kind, name }) => void items.delete(`${kind}:${name}`),
    callsOf: async ({ impi, limit, before = Number.POSITIVE_INFINITY, beforeId = '' }) =>
      calls
        .filter((one) => one.callerImpi === impi || one.calleeImpi === impi)
        .filter((one) => one.startedAtMs < before || (one.startedAtMs === before && one.id < beforeId))
        .sort((a, b) => b.startedAtMs - a.startedAtMs || (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    guestTalkMs: async () => 0,
    messagesOf: async ({ impi, limit, before = '~' }) =>
      messages
        .filter((one) => (one.fromImpi === impi || one.queue === `subscriber:${impi}`) && one.id < before)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit),
  }
  return { store, items, calls, messages }
}

export type PhoneTown = Awaited<ReturnType<typeof openPhoneTown>>
type Answer = Awaited<ReturnType<FastifyInstance['inject']>>

/** The phone's HTTP side without sockets: 1001 with password `one`, 1002 with `two`, 1003 with a SIM only. */
export const openPhoneTown = async (more: Partial<PhonePorts> = {}) => {
  const timers = createHandClock()
  // Days pass without their ten million ticks.
  const time = { ms: 1_700_000_000_000 }
  const clock = { nowMs: () => time.ms, wallMs: () => time.ms }
  const folder = mkdtempSync(join(tmpdir(), 'tandem-pages-'))
  const subscribers = createSubscribers([aUser('1001', 'one'), aUser('1002', 'two'), aUser('1003')])
  const kept = memoryPhoneStore()
  const random = createRandom()
  const guard = createGuard({
    ...{ clock, blockAfter: 20, blockMinutes: 10 },
    ...{ exempt: () => false, onBlocked: () => {} },
  })
  const events = createEvents()
  const guests = createGuests({ timers, random, events, plan: { ...GUEST_PLAN }, hangUp: () => {} })
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const own = [{ name: 'Us', entries: [{ name: 'Jim & Co', tel: '1002', blf: true }] }]
  const sessionsOf = () =>
    createPhoneSessions({
      ...{ store: kept.store, subscribers, clock, log: silentLog },
      secret: () => random.token(50),
    })
  const open = async (): Promise<FastifyInstance> => {
    const phone = await createPhone({
      facts: {
        ...{ version: '1', domain: 'tandem.test', echo: '600', maxBlf: 9 },
        video: { width: 640, height: 480 },
      },
      ...{ folder, subscribers, guests, guard, random, log: silentLog, clock },
      ...{ sessions: await sessionsOf(), tokens: createTokens(clock, random), store: kept.store },
      book: createPhoneBook({
        ...{ url: '', own, clock, log: silentLog },
        fetch: async () => err('nobody is asked'),
      }),
      push: { key: 'KEY', subscribe: async () => undefined, unsubscribe: async () => {} },
      callBack: () => err({ why: 'forbidden', code: 'no-call-back', reason: 'Not here.' }),
      socketUrls: (host, secure) => [`${secure ? 'wss' : 'ws'}://${host}/phone/ws`],
      origins: [],
      ...more,
    })
    const app = createApp(silentLog, undefined)
    phone.mount(app, true)
    return app
  }
  let app: FastifyInstance | undefined
  let cookie = ''
  const ask = async (method: string, url: string, body?: unknown, headers = {}): Promise<Answer> => {
    app ??= await open()
    const request = {
      ...{ method, url },
      headers: {
        ...{ host: 'phone.test', 'x-tandem-phone': '1', ...(cookie && { cookie }) },
        ...headers,
      },
      ...(body !== undefined && { payload: body }),
    } as InjectOptions
    const answer = await app.inject(request)
    const set = answer.headers['set-cookie']
    if (typeof set === 'string') cookie = set.split(';')[0] as string
    return answer
  }
  return {
    ...kept,
    away: (path: string) => rmSync(join(folder, path)),
    ...{ timers, file, ask, guard, subscribers, events, guests },
    pass: (ms: number) => {
      time.ms += ms
    },
    login: (user = '1001', password = 'one') => ask('POST', '/phone/api/login', { user, password }),
    get cookie() {
      return cookie
    },
    set cookie(value: string) {
      cookie = value
    },
    /** A new process over the same records. */
    async restart() {
      await app?.close()
      app = undefined
    },
    async close() {
      await app?.close()
      rmSync(folder, { recursive: true })
    },
  }
}
