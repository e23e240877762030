import { type Channel, openChannel } from './channel.ts'
import { type Cell, createCell } from './emitter.ts'
import {
  type Answer,
  EVENT,
  type Features,
  type Members,
  numberIn,
  numberOf,
  OP,
  type ServerEvent,
  textOf,
  textsOf,
} from './protocol.ts'
import { waitBefore } from './reconnect.ts'
import { refusalOf, type Trouble, TroubleError, troubleOf } from './troubles.ts'
import type { World } from './world.ts'

/** Where the way to the server stands. */
export type LineState =
  | { kind: 'off' }
  | { kind: 'connecting'; attempt: number }
  | { kind: 'waiting'; attempt: number; untilMs: number; trouble: Trouble }
  /** `trouble`: an exchange elsewhere cannot be reached at the moment, and the server goes on trying. */
  | { kind: 'ready'; trouble?: Trouble }
  | { kind: 'refused'; trouble: Trouble }
  | { kind: 'signed-out' }
  | { kind: 'over'; reason: 'taken-over' | 'shutdown' | 'deregistered' }

export type LinePorts = {
  world: World
  /** WebSocket addresses, the best first. */
  urls: readonly string[]
  tel: string
  /** A token for op 1001; `signed-out` when the login is over, undefined when the server cannot be reached. */
  token(): Promise<string | 'signed-out' | undefined>
  wants: { mwi: boolean; waiting(): boolean; client: string }
  onEvent(event: ServerEvent): void
  /** Registered, anew or again: `cids` are the calls that live. */
  onReady(cids: readonly string[]): void
}

export type Line = {
  state: Cell<LineState>
  features(): Features
  limits(): { blf: number }
  ask(op: number, members?: Members): Promise<Answer>
  tell(op: number, members: Members): void
  start(): void
  /** Tries at once instead of waiting. */
  hurry(): void
  /** Asks whether the channel still lives, and replaces it when nothing comes back. */
  probe(): void
  stop(): Promise<void>
}

/** Nothing was said of them yet. */
export const NO_FEATURES: Features = {
  record: false,
  mailbox: false,
  messages: false,
  transfer: false,
  video: false,
  conference: false,
}

const PROBE_MS = 4_000
const STEADY_MS = 5_000
const MEMORY = 'tandem.resume'

const featuresIn = (answer: Answer): Features => {
  const given = (answer.features ?? {}) as Members
  const names = Object.keys(NO_FEATURES) as (keyof Features)[]
  return Object.fromEntries(names.map((name) => [name, given[name] === true])) as Features
}

export const createLine = ({ world, urls, tel, token, wants, onEvent, onReady }: LinePorts): Line => {
  const state = createCell<LineState>({ kind: 'off' })
  let channel: Channel | undefined
  let attempt = 0
  let at = 0
  let everOpen = false
  let features = NO_FEATURES
  let limits = { blf: 0 }
  let cancelWait = () => {}
  let over = false
  /** The server has a session of ours. */
  let standing = false

  const resumeOf = (): string | undefined => {
    const [owner, resume] = (world.memory.get(MEMORY) ?? '').split('\n')
    return owner === tel ? resume : undefined
  }

  const end = (next: LineState): void => {
    over = true
    cancelWait()
    state.set(next)
    channel?.close()
  }

  const retry = (trouble: Trouble): void => {
    if (over) return
    const ms = waitBefore(attempt++, world.random)
    if (ms === 0) return connect()
    state.set({ kind: 'waiting', attempt, untilMs: world.nowMs() + ms, trouble })
    cancelWait = world.after(ms, connect)
  }

  /** The page came over the same network: a channel that never opened is most often its certificate. */
  const whyGone = (opened: boolean, url: string): Trouble =>
    opened || everOpen
      ? troubleOf('channel-closed')
      : troubleOf(url.startsWith('wss:') ? 'certificate' : 'server-away', {
          address: url.replace(/^ws/, 'http'),
        })

  const register = async (mine: Channel, given: string): Promise<void> => {
    const resume = resumeOf()
    const answer = await mine.ask(OP.register, {
      ...{ tel, token: given, mwi: wants.mwi ? 1 : 0, waiting: wants.waiting(), client: wants.client },
      ...(resume ? { resume } : {}),
    })
    if (channel !== mine || over) return
    // The channel was lost meanwhile: onGone tries again.
    if (answer.op < 1000) return
    if (answer.code !== 0) {
      // Another phone holds the extension, or the account is closed: trying again does not help.
      if (answer.code === -1 || answer.cause === 403)
        return end({ kind: 'refused', trouble: refusalOf(answer) })
      return mine.close()
    }
    world.memory.set(MEMORY, `${tel}\n${textOf(answer, 'resume')}`)
    features = featuresIn(answer)
    limits = { blf: numberOf((answer.limits ?? {}) as Members, 'blf') }
    everOpen = true
    standing = textOf(answer, 'resume') !== ''
    // A server that takes us and throws us out again is not knocked at without a pause.
    world.after(STEADY_MS, () => {
      if (channel === mine) attempt = 0
    })
    state.set({ kind: 'ready' })
    onReady(textsOf(answer, 'cids'))
  }

  const hear = (event: ServerEvent): void => {
    if (event.op === EVENT.over) {
      const reason = textOf(event, 'reason')
      if (reason === 'taken-over' || reason === 'deregistered') return end({ kind: 'over', reason })
      return
    }
    if (event.op === EVENT.registered && (numberIn(event, 'state') ?? 0) < 0) {
      const why = textOf(event, 'reason')
      const status = -numberOf(event, 'state')
      // −3 tells of a changed contact; 403 and its like do not get better by trying.
      if (status === 3) return
      // The server has us, and goes on trying to be registered for us elsewhere.
      if (state.get().kind === 'ready' && standing && status !== 1 && status !== 401 && status !== 403)
        return state.set({ kind: 'ready', trouble: troubleOf('refused', { words: why }) })
      if (status === 401 || status === 403)
        return end({ kind: 'refused', trouble: troubleOf('refused', why ? { words: why } : {}) })
      channel?.close()
      return
    }
    const before = state.get()
    if (event.op === EVENT.registered && before.kind === 'ready' && before.trouble)
      state.set({ kind: 'ready' })
    onEvent(event)
  }

  const connect = (): void => {
    cancelWait()
    standing = false
    if (over) return
    state.set({ kind: 'connecting', attempt })
    const url = urls[at % urls.length] ?? ''
    const pass = token()
    let mine: Channel | undefined
    mine = channel = openChannel(world, url, {
      onOpen: () => {
        void pass.then((given) => {
          if (channel !== mine || !mine || over) return
          if (given === 'signed-out') return end({ kind: 'signed-out' })
          if (given === undefined) return mine.close()
          void register(mine, given)
        })
      },
      onEvent: (event) => channel === mine && hear(event),
      onGone: (opened) => {
        if (channel !== mine) return
        channel = undefined
        // One that does not open may be behind a firewall, the other not.
        if (!opened) at++
        retry(whyGone(opened, url))
      },
    })
  }

  const hurry = (): void => {
    if (over || state.get().kind !== 'waiting') return
    attempt = 0
    connect()
  }

  return {
    state,
    features: () => features,
    limits: () => limits,
    ask: (op, members) =>
      channel && state.get().kind === 'ready'
        ? channel.ask(op, members)
        : Promise.reject(new TroubleError(troubleOf('channel-closed'))),
    tell: (op, members) => channel?.tell(op, members),
    start: () => {
      over = false
      attempt = 0
      connect()
      attempt = 1
    },
    hurry,
    probe: () => {
      hurry()
      const mine = channel
      if (!mine || state.get().kind !== 'ready') return
      let heard = false
      void mine.ask(OP.lamps, { blf: 2 }).then(() => {
        heard = true
      })
      world.after(PROBE_MS, () => {
        if (!heard && channel === mine) mine.close()
      })
    },
    stop: async () => {
      if (state.get().kind === 'ready') await channel?.ask(OP.unregister)
      world.memory.set(MEMORY, undefined)
      end({ kind: 'off' })
      channel = undefined
    },
  }
}
