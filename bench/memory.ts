import { freePort } from '../test/support/ports.ts'
import { sleep } from '../test/support/wait.ts'
import { type HeapWatch, watchHeap } from './heap.ts'
import type { Generator } from './load.ts'
import { pssBytes, treeOf } from './process.ts'
import { type Server, startKamailioServer, startTandemServer } from './servers.ts'

export type MemoryResult = {
  server: string
  /** PSS just after the start, in megabytes, with the credentials of all users loaded. */
  startMb: number
  /** PSS growth per 10,000 registered users, in megabytes. */
  per10kMb: number
  /** Node only: what lives after ten refresh rounds over that after one. */
  refreshRatio?: number
  /** Node only: what lives right after a burst over that at rest, per server transaction, in kilobytes. */
  transactionKb?: number
}

type Options = { alone?: boolean; say(line: string): void }

const FEW = 10_000
const MANY = 40_000
const WINDOW = 64
const CORES = { server: 0, generator: 1 }
const MB = 1024 * 1024

/** Answers are kept for 64 times T1, so T1 is short here and the wait for an empty table too. */
const QUICK = { timer_t1: 0.1, timer_t2: 0.8, timer_t4: 1 }
const KEPT_MS = 64 * 100

export const measureMemory = async (generator: Generator, options: Options): Promise<MemoryResult[]> => {
  const common = { users: MANY, core: CORES.server }
  const kamailio = await startKamailioServer(common)
  const results = [await growth(kamailio, generator, async () => {})]
  await kamailio.stop()
  options.say(line(results[0] as MemoryResult))
  if (options.alone) return results
  const inspect = await freePort()
  const tandem = await startTandemServer({
    ...common,
    config: QUICK,
    nodeArgs: [`--inspect=127.0.0.1:${inspect}`],
  })
  const heap = await watchHeap(inspect)
  const grown = await growth(tandem, generator, () => atRest(heap))
  const refreshed = await refreshes(tandem, generator, heap)
  heap.close()
  await tandem.stop()
  results.push({ ...grown, ...refreshed })
  options.say(line(results[1] as MemoryResult))
  return results
}

const register = async (server: Server, generator: Generator, limit: number): Promise<void> => {
  const { fail } = await generator.load({
    ...{ kind: 'register', port: server.port, users: MANY, window: WINDOW, seconds: 60, limit },
    ...{ core: CORES.generator, serverPid: server.pid },
  })
  if (fail > 0) throw new Error(`${server.name}: ${fail} registrations failed`)
}

/** The first users pay for pools and pages that the later ones find; the slope between the two counts. */
const growth = async (
  server: Server,
  generator: Generator,
  rest: () => Promise<unknown>,
): Promise<MemoryResult> => {
  await rest()
  const tree = treeOf(server.pid)
  const start = pssBytes(tree)
  const sizes: number[] = []
  for (const users of [FEW, MANY]) {
    await register(server, generator, users)
    await rest()
    sizes.push(pssBytes(tree))
  }
  const [few = 0, many = 0] = sizes
  return { server: server.name, startMb: start / MB, per10kMb: ((many - few) / MB / (MANY - FEW)) * 10_000 }
}

/** Waits until answers and their timers are gone and what lives no longer shrinks. */
const atRest = async (heap: HeapWatch): Promise<number> => {
  await sleep(KEPT_MS + 2000)
  let last = await heap.liveBytes()
  for (let quiet = 0, rounds = 0; quiet < 3 && rounds < 20; rounds++) {
    await sleep(2000)
    const live = await heap.liveBytes()
    quiet = live > last * 0.998 ? quiet + 1 : 0
    last = live
  }
  return last
}

const REQUESTS_PER_REGISTER = 2

const refreshes = async (server: Server, generator: Generator, heap: HeapWatch) => {
  await register(server, generator, FEW)
  const burst = await heap.liveBytes()
  const first = await atRest(heap)
  for (let round = 2; round <= 10; round++) await register(server, generator, FEW)
  const tenth = await atRest(heap)
  const transactionKb = Math.max(0, burst - first) / 1024 / (FEW * REQUESTS_PER_REGISTER)
  return { refreshRatio: tenth / first, transactionKb }
}

const line = ({ server, startMb, per10kMb, refreshRatio, transactionKb }: MemoryResult): string =>
  [
    `memory, ${server}: ${startMb.toFixed(1)} MB at start, ${per10kMb.toFixed(2)} MB per 10,000 users`,
    ...(refreshRatio === undefined ? [] : [`heap after ten refreshes ÷ one: ${refreshRatio.toFixed(3)}`]),
    ...(transactionKb === undefined ? [] : [`${transactionKb.toFixed(2)} kB per transaction`]),
  ].join(', ')
