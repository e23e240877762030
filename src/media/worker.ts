import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { MediumStats, Side } from '#core'
import {
  type Command,
  FIGURES,
  type FigureName,
  type PairPlan,
  type Report,
  type WorkerData,
} from './commands.ts'
import { createDgramSockets } from './dgram-sockets.ts'
import { loadSrtpKit } from './kit.ts'
import { type LiveCall, legsOf } from './leg.ts'
import { createMemory } from './memory.ts'
import { createRelay } from './relay.ts'
import { type Sockets, type SocketUser, TURN_MS } from './sockets.ts'
import { statsOf } from './stats.ts'

/** A media worker: joins sockets, relay and the main thread's commands. Started by `crew.ts` only. */
const TICK_MS = 1000

const { port, native, slots, wake, descriptors, figures, heard, waiting, inFlight } =
  workerData as WorkerData & {
    port: MessagePort
  }
const memory = createMemory(slots)
const count = Object.fromEntries(FIGURES.map((name) => [name, 0])) as Record<FigureName, number>
const report = (told: Report): void => port.postMessage(told)
const lastTick = { atMs: performance.now() }
let ended = false
const closed: (Report & { op: 'closed' })['calls'] = []

const publish = (): void => {
  for (let i = 0; i < FIGURES.length; i++) figures[i] = count[FIGURES[i] as FigureName]
}

/** RTP on the even port and RTCP on the next, or neither. */
const openPair = ({ slot, bind, port: number, single }: PairPlan): void =>
  sockets.open(slot, bind, number, (why) => {
    if (why !== '' || single) return report({ op: 'opened', slot, ok: why === '', why })
    sockets.open(slot + 1, bind, number + 1, (whyNot) => {
      if (whyNot !== '') sockets.shut(slot)
      report({ op: 'opened', slot, ok: whyNot === '', why: whyNot })
    })
  })

const apply = (command: Command): void => {
  switch (command.op) {
    case 'open':
      return command.pairs.forEach(openPair)
    case 'call':
      return relay.applyCall(command.call, command.media)
    case 'close': {
      const flowed = flowedIn(relay.callOf(command.call))
      if (flowed) closed.push({ call: command.call, flowed })
      return relay.closeCall(command.call)
    }
    case 'stats': {
      const stats = statsOf(memory, relay.callOf(command.call), command.side)
      return report({ op: 'stats', ticket: command.ticket, stats })
    }
    case 'voice':
    case 'say':
    case 'tap':
      return relay.applySound(command)
    case 'end':
      ended = true
      return
    default:
      relay.applyWeb(command)
  }
}

/** Calls without a single packet, of which a busy server may have many, are not worth telling. */
const flowedIn = (call: LiveCall | undefined): Record<Side, MediumStats[]> | undefined => {
  for (const medium of call?.media.values() ?? [])
    for (const leg of legsOf(medium))
      if (leg.rtp.received + leg.rtcp.received > 0)
        return { caller: statsOf(memory, call, 'caller'), callee: statsOf(memory, call, 'callee') }
  return undefined
}

/** `text`: an array of commands, see `link.ts`. */
const applyAll = (text: string): void => {
  for (const command of JSON.parse(text) as Command[]) apply(command)
  if (closed.length > 0) report({ op: 'closed', calls: closed.splice(0) })
}

/** Nothing but a look at one word when there are none. */
const takeCommands = (): void => {
  if (Atomics.load(waiting, 0) === 0) return
  Atomics.store(waiting, 0, 0)
  relay.setNow(performance.now())
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) applyAll(next.message)
}

const user: SocketUser = {
  onArrival: takeCommands,
  onDatagram: (slot, length) => {
    heard[slot] = 1
    relay.onDatagram(slot, length)
  },
  onTurn: () => {
    const nowMs = performance.now()
    relay.setNow(nowMs)
    takeCommands()
    relay.pulse()
    if (nowMs - lastTick.atMs >= TICK_MS) {
      lastTick.atMs = nowMs
      relay.tick()
      publish()
    }
    return !ended
  },
  patienceMs: () => Math.min(TURN_MS, relay.patienceMs()),
}

/** Receives and handles until told to end. Native sockets block the thread in `run`; node:dgram lives on its loop. */
const openSockets = async (): Promise<{ sockets: Sockets; run(): void }> => {
  if (!native) {
    const turn = (): void => {
      if (!user.onTurn()) finish()
    }
    port.on('message', (text: string) => {
      relay.setNow(performance.now())
      applyAll(text)
      turn()
    })
    return { sockets: createDgramSockets(memory, user, turn), run: () => {} }
  }
  const { loadLibc } = await import('./libc.ts')
  const { createNativeSockets } = await import('./native-sockets.ts')
  const made = createNativeSockets(loadLibc(), memory, wake, descriptors)
  return { sockets: made, run: () => made.run(user) }
}

const finish = (): void => {
  sockets.close()
  port.close()
}

const { sockets, run } = await openSockets()
const kit = native ? await loadSrtpKit() : undefined
const relay = createRelay({ sockets, count, report, wallMs: Date.now, kit, inFlight })
report({ op: 'up' })
if (native)
  try {
    run()
  } finally {
    finish()
  }
