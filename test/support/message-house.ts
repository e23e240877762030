import {
  type Carrier,
  type CoreEvent,
  createEvents,
  createMessages,
  createSubscribers,
  type LiveSettings,
  type MessageDraft,
  type MessageRecord,
  type MessageStore,
  type Outcome,
  type Progress,
} from '#core'
import type { Log } from '#lib/log'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { aSubscriber } from './house.ts'
import { liveSettings } from './live-settings.ts'
import { type MemoryMessages, memoryMessages } from './memory-messages.ts'

type Script = (message: MessageRecord, progress: Progress) => Outcome | Promise<Outcome>

type Options = {
  store?: MemoryMessages
  script?: Script
  atMostOnce?: true
  live?: Partial<LiveSettings>
  bounds?: Partial<{ mostWaiting: number; mostPerRecipient: number; partWaitMinutes: number }>
  timers?: ReturnType<typeof createHandClock>
}

export const DELIVERED: Outcome = { kind: 'delivered', route: 'fake' }

/** Messages on a clock turned by hand, over a store in memory, with a carrier that does as it is told. */
export const aMessageHouse = async (options: Options = {}) => {
  const timers = options.timers ?? createHandClock()
  const store = options.store ?? memoryMessages()
  const events = createEvents((bug) => {
    throw bug
  })
  const heard: CoreEvent[] = []
  events.subscribe((event) => void heard.push(event))
  const lines: string[] = []
  const log: Log = { on: () => true, write: (_layer, level, text) => void lines.push(`${level} ${text}`) }
  const seen: MessageRecord[] = []
  const carrier: Carrier & { script: Script } = {
    ...(options.atMostOnce && { atMostOnce: () => true }),
    script: options.script ?? (() => DELIVERED),
    deliver: async (message, progress) => {
      seen.push(message)
      return carrier.script(message, progress)
    },
  }
  const live = liveSettings(options.live)
  const messages = createMessages({
    ...{ timers, random: createRandom(), events, log, live },
    store: store as MessageStore,
    backlog: await store.load(),
    subscribers: createSubscribers([
      aSubscriber('alice', { msisdn: '+491701234567' }),
      aSubscriber('bob'),
      aSubscriber('carol'),
    ]),
    carrierOf: () => carrier,
    bounds: { mostWaiting: 1000, mostPerRecipient: 100, partWaitMinutes: 60, ...options.bounds },
  })
  /** Lets all that is under way settle. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 30; i++) await new Promise((resume) => setImmediate(resume))
  }
  const pass = async (ms: number): Promise<void> => {
    timers.advance(ms)
    await settle()
  }
  /** The id of an accepted draft. */
  const accepted = async (more: Partial<MessageDraft> = {}): Promise<string> => {
    const taken = await messages.accept(aDraft(more))
    if (!taken.ok) throw new Error(taken.error)
    return taken.value.id
  }
  const stateOf = async (id: string) => (await messages.get(id))?.state
  return { timers, store, heard, lines, seen, carrier, live, messages, settle, pass, accepted, stateOf }
}

export const aDraft = (more: Partial<MessageDraft> = {}): MessageDraft => ({
  origin: 'api',
  from: '12345',
  to: { user: 'bob', text: 'bob' },
  body: { kind: 'text', text: 'hello' },
  ...more,
})

export const textOf = ({ body }: MessageRecord): string => (body.kind === 'text' ? body.text : body.kind)

/** An outcome that comes when the test says so. */
export const later = () => {
  const end = Promise.withResolvers<Outcome>()
  return { script: () => end.promise, end: end.resolve }
}
