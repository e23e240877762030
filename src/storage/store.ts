import type { CallRecord, GatewayStore, MessageStore, Outbox, PhoneStore, SoundStore, Store } from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import type { StoreFault } from './faults.ts'
import { createGatewayStore } from './fleet/store.ts'
import { createGroups } from './groups.ts'
import { createMessageStore } from './messages/store.ts'
import { createOutbox } from './outbox/outbox.ts'
import { createPending } from './pending.ts'
import { createPhoneStore } from './phone/store.ts'
import type { CallQuery } from './queries.ts'
import { createSoundStore } from './sounds/store.ts'
import { startThread, type Thread } from './thread.ts'

export type StoreOptions = {
  /** Path of the SQLite file. `url` is the configuration's word for the same: `sqlite:PATH`. */
  file?: string
  url?: string
  log: Log
  timers: Timers
  /** Upper bound of the file in pages of 4 KiB; none by default. */
  maxPages?: number
  /** How many changed call records may wait for the disk before the oldest are given up. */
  maxWaitingCalls?: number
}

export type OpenedStore = Store & {
  messages: MessageStore
  outbox: Outbox
  gateways: GatewayStore
  phone: PhoneStore
  sounds: SoundStore
  /** Told of each transaction: how long it took with its fsync and both ways. */
  onCommit(hear: (tookMs: number) => void): void
  listCalls(query: CallQuery): Promise<CallRecord[]>
  /** Retention: ended calls that started before; gives how many went. */
  deleteCallsBefore(ms: number): Promise<number>
}

const MAX_WAITING_CALLS = 100_000

/** Opens the file, or makes it, and brings its schema up to date. Promises of the store reject with `StoreFailure`. */
export const openStore = async (options: StoreOptions): Promise<Result<OpenedStore, StoreFault>> => {
  const place = options.file ?? options.url ?? ''
  const file = place.replace(/^sqlite:/, '')
  if (file === '' || /^\w+:\/\//.test(file))
    return err({
      kind: 'unsupported',
      text: `storage.url: ${scheme(place)} is not built yet, use "sqlite"`,
    })
  const { log, timers, maxPages } = options
  const opened = await startThread({ file, ...(maxPages !== undefined && { maxPages }) }, (reason) =>
    log.write('store', 'error', reason),
  )
  if (!opened.ok) return opened
  return ok(createStore(opened.value, log, timers, options.maxWaitingCalls ?? MAX_WAITING_CALLS))
}

/** Without what follows the scheme: it holds a password. */
const scheme = (url: string): string => `"${url.slice(0, Math.max(0, url.indexOf(':')))}"`

const createStore = (thread: Thread, log: Log, timers: Timers, maxWaitingCalls: number): OpenedStore => {
  const pending = createPending(maxWaitingCalls)
  const hearers: ((tookMs: number) => void)[] = []
  const groups = createGroups({
    ...{ pending, write: thread.write, timers, log },
    onCommit: (tookMs) => {
      for (const hear of hearers) hear(tookMs)
    },
  })
  const now = (): number => timers.clock.wallMs()
  /** Readers see what was handed over before they asked; a disk that cannot be written can still be read. */
  const settled = (): Promise<void> => groups.flush().catch(() => {})
  return {
    messages: createMessageStore(pending.messages, groups, thread),
    outbox: createOutbox(pending.outbox, groups, thread),
    gateways: createGatewayStore(pending.fleet, groups, thread),
    phone: createPhoneStore(pending.phone, groups, thread, settled),
    sounds: createSoundStore(pending.sounds, groups, thread, settled),
    onCommit: (hear) => void hearers.push(hear),
    loadSqns: async () => {
      const sqns = await thread.query('sqns')
      return new Map(Array.from(sqns, ([impi, sqn]) => [impi, BigInt(sqn)]))
    },
    saveSqn: (impi, sqn) => {
      pending.sqn(impi, sqn)
      return groups.urgent()
    },
    loadBindings: async () => {
      await settled()
      return thread.query('bindings', now())
    },
    saveBinding: (binding) => {
      pending.binding(binding)
      groups.background()
    },
    deleteBinding: (impi, contact) => {
      pending.binding({ impi, contact })
      groups.background()
    },
    saveCall: (record) => {
      if (!pending.call(record))
        log.write('store', 'error', 'a call record is lost: too many wait for the disk')
      groups.background()
    },
    closeOpenCalls: async (cause) => {
      await groups.flush()
      return thread.query('closeOpenCalls', cause, now())
    },
    listCalls: async (query) => {
      await settled()
      return thread.query('calls', query)
    },
    deleteCallsBefore: async (ms) => {
      await settled()
      return thread.query('deleteCalls', ms)
    },
    getSetting: async (key) => {
      await settled()
      return thread.query('setting', key)
    },
    setSetting: (key, value) => {
      pending.setting(key, value)
      return groups.urgent()
    },
    flush: () => groups.flush(),
    close: async () => {
      await groups
        .flush()
        .catch((failure: Error) => log.write('store', 'error', `records are lost: ${failure.message}`))
      await thread.close()
    },
  }
}
