import { loadConfiguration } from '#config'
import type { MessageRecord } from '#core'
import { createLogSink } from '#logs'
import type { Network } from '../src/network.ts'
import { startTandem } from '../src/tandem.ts'
import { sleep } from '../test/support/wait.ts'
import { type HousePlan, type HouseReport, wordsOf } from './goip-lines.ts'
import { threadTimes } from './thread-times.ts'

/** The house of `bench/goip-lines.ts`: texts come in at an even rate, as from an application within. */
const TICK_MS = 10
const PATIENCE_MS = 240_000
/** What becomes of a text in the end, as the bench counts it. */
const SAID: Record<string, number> = { sent: 1, delivered: 1, unknown: 2 }

const main = async (plan: HousePlan): Promise<void> => {
  const loaded = loadConfiguration(plan.config, process.env)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  const log = createLogSink({ file: `${plan.config}.log`, echo: (line) => console.error(line) })
  const started = await startTandem(loaded.value, 'bench', log, () => {})
  if (!started.ok) throw new Error(started.error.text)
  const { network } = started.value
  tell('ready', undefined)
  while (registered(network) < plan.lines) await sleep(200)
  tell('registered', undefined)
  tell('report', await feed(network, plan))
}
const tell = (kind: string, value: unknown): void => void process.send?.({ kind, value })

const registered = ({ gateways }: Network): number =>
  gateways.fleet.devices().reduce((sum, device) => sum + device.registered, 0)

const feed = async ({ events, messages }: Network, { texts, perSecond }: HousePlan): Promise<HouseReport> => {
  const said = new Uint8Array(texts)
  const ends: Record<string, number> = {}
  const delays: number[] = []
  let handed = 0
  const hear = (message: MessageRecord): void => {
    const index = message.body.kind === 'text' ? Number(message.body.text.slice(5)) : 0
    if (message.state === 'sent') {
      handed++
      if (index % 10 === 0) delays.push(Date.now() - message.acceptedAtMs)
    }
    said[index] = SAID[message.state] ?? 0
  }
  events.subscribe((event) => {
    if (event.kind === 'message.changed') hear(event.message)
  })
  const startedMs = performance.now()
  let asked = 0
  const refused: Refused = { count: 0, why: '', again: 0 }
  // Of the second half: in the first one functions are compiled, and texts on their way that are not there yet.
  let half: Mark | undefined
  while (asked < texts) {
    if (asked >= texts / 2) half ??= mark(handed)
    const due = Math.min(texts, Math.floor(((performance.now() - startedMs) / 1000) * perSecond))
    for (; asked < due; asked++) void accept(messages, asked, refused)
    await sleep(TICK_MS)
  }
  const from = half ?? mark(0)
  const fed = mark(handed)
  const deadline = performance.now() + PATIENCE_MS
  while (handed + refused.count < texts && performance.now() < deadline) await sleep(200)
  const end = mark(handed)
  const times = Object.entries(end.times).map(
    ([name, us]) => [name, (us - (from.times[name] ?? 0)) / Math.max(1, handed - from.handed)] as const,
  )
  const cpuUs = times.reduce((sum, [, us]) => sum + us, 0)
  for (const word of said) {
    const name = ['not sent', 'sent', 'unknown'][word] ?? ''
    ends[name] = (ends[name] ?? 0) + 1
  }
  if (refused.count > 0) ends[`refused: ${refused.why}`] = refused.count
  if (refused.again > 0) ends['asked again'] = refused.again
  delays.sort((a, b) => a - b)
  return {
    ...{
      texts,
      perSecond: rateOf(from, fed),
      cpuUs,
      cores: (cpuUs * rateOf(from, end)) / 1e6,
      threads: Object.fromEntries(times),
    },
    ...{ p50Ms: delays[delays.length >> 1] ?? 0, p99Ms: delays[Math.floor(delays.length * 0.99)] ?? 0 },
    ...{ residentMb: process.memoryUsage.rss() / 1e6, states: ends, said },
  }
}

/** How far it was at a moment, and what its threads had taken by then. */
type Mark = { handed: number; atMs: number; times: Record<string, number> }
const mark = (handed: number): Mark => ({ handed, atMs: performance.now(), times: threadTimes() })
const rateOf = (from: Mark, to: Mark): number => ((to.handed - from.handed) / (to.atMs - from.atMs)) * 1000

/** How often the door was full, and what it refused for good. */
type Refused = { count: number; why: string; again: number }
const AGAIN_MS = 200

/** As an application does: a door that is full is knocked at again. */
const accept = async (messages: Network['messages'], index: number, refused: Refused): Promise<void> => {
  const to = `+1555${String(index % 10_000_000).padStart(7, '0')}`
  const draft = {
    ...{ origin: 'api' as const, from: '12345', to: { user: to, text: to } },
    body: { kind: 'text' as const, text: wordsOf(index) },
  }
  for (;;) {
    const taken = await messages.accept(draft)
    if (taken.ok) return
    if (taken.error !== 'overloaded') {
      refused.count++
      refused.why = taken.error
      return
    }
    refused.again++
    await sleep(AGAIN_MS)
  }
}

process.once('message', (plan: HousePlan) => void main(plan))
process.on('message', (message) => {
  if (message === 'end') process.exit(0)
})
