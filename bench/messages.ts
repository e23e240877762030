import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createEvents,
  createMessages,
  createSubscribers,
  type LiveSettings,
  type MessageDraft,
  type MessageRecord,
  type Subscriber,
} from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createTimers } from '#lib/timers'
import { openStore } from '#storage'

/** What messages cost below REST and SIP: on disk with fsync, from `accept` on. */
export type MessageFigures = {
  rows: MessageRow[]
  start: StartRow[]
}
type MessageRow = {
  scenario: string
  perSecond: number
  cpuUs: number
  p50Ms: number
  p99Ms: number
  waiting: number
}
type StartRow = { waiting: number; openMs: number; firstMs: number; residentMb: number }

const USERS = 10_000
const AT_ONCE = 64
const BOUNDS = { mostWaiting: 2_000_000, mostPerRecipient: 10_000, partWaitMinutes: 60 }
const LIVE = { smsRetryDelayS: 30, smsExpiresS: 86_400 } as LiveSettings

const subscriber = (n: number): Subscriber => ({
  ...{ impi: `user${n}@bench`, domain: 'bench', identities: [{ uri: `sip:user${n}`, user: `user${n}` }] },
  ...{ proof: 'MD5', multiSim: false, anonymous: false, ringOnly: false },
  ...{ reliable: true, proveOnRegisterOnly: false, forceSms: false },
})

const open = async (file: string, reached: boolean) => {
  const timers = createTimers()
  const opened = await openStore({ file, log: silentLog, timers })
  if (!opened.ok) throw new Error(opened.error.text)
  const store = opened.value
  const messages = createMessages({
    ...{ timers, random: createRandom(), log: silentLog, live: LIVE, bounds: BOUNDS },
    store: store.messages,
    backlog: await store.messages.load(),
    subscribers: createSubscribers(Array.from({ length: USERS }, (_, n) => subscriber(n))),
    events: createEvents(),
    carrierOf: () => ({
      deliver: async () =>
        reached ? { kind: 'delivered', route: 'bench' } : { kind: 'away', reason: 'not registered' },
    }),
  })
  const close = async (): Promise<void> => {
    await messages.close()
    await store.close()
  }
  return { store, messages, close }
}

const draft = (n: number): MessageDraft => ({
  ...{ origin: 'rest', from: '+491700000000', to: { impi: `user${n % USERS}@bench` }, dedupe: `key ${n}` },
  body: { kind: 'text', text: `${n}: ${'all work and no play '.repeat(5)}` },
})

const load = async (file: string, reached: boolean, count: number): Promise<MessageRow> => {
  const { messages, close } = await open(file, reached)
  const took: number[] = []
  let next = 0
  const sender = async (): Promise<void> => {
    while (next < count) {
      const began = performance.now()
      const taken = await messages.accept(draft(next++))
      if (!taken.ok) throw new Error(taken.error)
      took.push(performance.now() - began)
    }
  }
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
  while (reached && messages.waiting > 0) await new Promise((resume) => setTimeout(resume, 1))
  const [tookMs, used] = [performance.now() - began, process.cpuUsage(cpu)]
  const { waiting } = messages
  await close()
  took.sort((a, b) => a - b)
  return {
    scenario: reached ? 'accepted and delivered' : 'accepted, nobody there',
    perSecond: (count / tookMs) * 1000,
    cpuUs: (used.user + used.system) / count,
    p50Ms: took[Math.floor(count / 2)] as number,
    p99Ms: took[Math.floor(count * 0.99)] as number,
    waiting,
  }
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const idOf = (n: number): string => {
  let text = ''
  for (let rest = n, i = 0; i < 18; i++, rest = Math.floor(rest / 32))
    text = ALPHABET.charAt(rest % 32) + text
  return text
}

/** Rows as `accept` makes them, handed to the store at once. */
const fill = async (file: string, count: number): Promise<void> => {
  const opened = await openStore({ file, log: silentLog, timers: createTimers() })
  if (!opened.ok) throw new Error(opened.error.text)
  const { messages } = opened.value
  const now = Date.now()
  for (let n = 0; n < count; ) {
    const adding: Promise<unknown>[] = []
    for (const end = Math.min(count, n + 5000); n < end; n++) {
      const { from, body } = draft(n)
      const record: MessageRecord = {
        ...{ id: idOf(n), origin: 'rest', from, to: `sip:user${n % USERS}`, body, pid: 0 },
        ...{ queue: `subscriber:user${n % USERS}@bench`, acceptedAtMs: now, expiresAtMs: now + 86_400_000 },
        ...{ state: 'queued', attempts: 0, partsTotal: 1, partsDone: 0 },
        steps: [{ atMs: now, state: 'queued' }],
      }
      adding.push(messages.add(record))
    }
    await Promise.all(adding)
  }
  await opened.value.close()
}

/** In a process of its own: from opening the file to the first message handed over, and what it has come to need. */
const measureStart = async (file: string): Promise<void> => {
  const began = performance.now()
  const { messages, close } = await open(file, true)
  const openMs = performance.now() - began
  const { waiting } = messages
  messages.wake('user7@bench')
  while (waiting > 0 && messages.waiting === waiting) await new Promise((resume) => setTimeout(resume, 1))
  const firstMs = performance.now() - began
  const residentMb = process.memoryUsage().rss / 1_048_576
  console.log(JSON.stringify({ waiting, openMs, firstMs, residentMb } satisfies StartRow))
  await close()
}

export const runMessageBench = async (say: (line: string) => void): Promise<MessageFigures> => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'))
  const startOf = (file: string): StartRow =>
    JSON.parse(execFileSync(process.execPath, [import.meta.filename, file], { encoding: 'utf8' })) as StartRow
  try {
    const rows = []
    for (const reached of [false, true]) {
      say(`messages: ${reached ? 'delivered' : 'accepted'}`)
      rows.push(await load(join(folder, `${reached}.db`), reached, 50_000))
    }
    const start = []
    for (const count of [0, 100_000, 1_000_000]) {
      say(`messages: a start with ${count} waiting`)
      const file = join(folder, `${count}.db`)
      await fill(file, count)
      start.push(startOf(file))
    }
    return { rows, start }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [, main, file] = process.argv
if (main === import.meta.filename && file !== undefined) await measureStart(file)
