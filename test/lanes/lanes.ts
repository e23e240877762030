import { globSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import { type Job, root } from './job.ts'

/** Files of tests that are run in one manner. */
export type Lane = {
  name: 'fast' | 'faults' | 'peers'
  /** In the order in which they begin. */
  globs: readonly string[]
  /** One test's time, and a whole file's: generous, since the machine may be busy. */
  testMs: number
  limitMs: number
  /** Ends with its last test, whatever is still open: programs of others hold pipes as they like. */
  forceExit?: boolean
}

/**
 * Files that share a process, one for each entry: a start costs more than most of them. Only rooms that the table of
 * imports gives no sockets, files or threads, so that a file leaves nothing behind for the next.
 */
export const SHARED: readonly (readonly string[])[] = [
  ['src/core/**/*.test.ts'],
  ['src/protocols/**/*.test.ts', 'src/lib/**/*.test.ts', 'web/**/*.test.ts'],
  ['src/adapters/**/*.test.ts'],
  ['src/simulators/**/*.test.ts'],
]

export const LANES: readonly Lane[] = [
  {
    name: 'fast',
    // Those that wait for disks first: at the end they would wait alone.
    globs: [
      'src/storage/**/*.test.ts',
      'src/media/**/*.test.ts',
      'test/stories/**/*.test.ts',
      'test/*.test.ts',
      'test/lanes/*.test.ts',
      'src/**/*.test.ts',
      'web/**/*.test.ts',
    ],
    testMs: 60_000,
    limitMs: 180_000,
  },
  { name: 'faults', globs: ['test/faults/**/*.test.ts'], testMs: 600_000, limitMs: 900_000, forceExit: true },
  { name: 'peers', globs: ['test/peers/**/*.test.ts'], testMs: 300_000, limitMs: 400_000, forceExit: true },
]

const bin = (name: string): string => `node_modules/.bin/${name}`
const CHECKERS: readonly (readonly string[])[] = [
  [bin('biome'), 'ci', '--colors=off', '.'],
  [bin('tsc')],
  [bin('tsc'), '-p', 'web'],
]

/** What `node test/lanes/run.ts NAME` runs, and by when all of it is over. */
export const RUNS = {
  check: { checkers: CHECKERS, lanes: ['fast'], boundMs: 7 * 60_000 },
  slow: { checkers: [], lanes: ['faults', 'peers'], boundMs: 26 * 60_000 },
  faults: { checkers: [], lanes: ['faults'], boundMs: 26 * 60_000 },
  peers: { checkers: [], lanes: ['peers'], boundMs: 26 * 60_000 },
} as const satisfies Record<
  string,
  { checkers: readonly (readonly string[])[]; lanes: Lane['name'][]; boundMs: number }
>

/** Wait for timers, and hardly compute. */
export const WAITING = [
  'test/faults/gateway-network.test.ts',
  'test/faults/gateways.test.ts',
  'test/faults/goip.test.ts',
  'test/lanes/lanes.test.ts',
]

/** Compare no sound and no picture, and drive no browser: they may run beside others. */
export const CALM = [
  'by-hand',
  'dtls-certificate',
  'ejoin',
  'emergency',
  'goip',
  'goip-simulator',
  'ip-versions',
  'libsrtp',
  'monitor-terminal',
  'openssl-dtls',
  'osmo-auc-gen',
  'reg-event',
  'remote-api',
  'sim-web',
  'sms-tshark',
  'texting-handsets',
  'texts',
  'web-sockets',
].map((name) => `test/peers/${name}.test.ts`)

const mannerOf = (lane: Lane, file: string): Job['manner'] => {
  if (WAITING.includes(file)) return 'waiting'
  return lane.name === 'peers' && !CALM.includes(file) ? 'quiet' : 'usual'
}

const filesOf = (globs: readonly string[]): string[] => [
  ...new Set(globs.flatMap((glob) => globSync(glob, { cwd: root }).sort())),
]

const jobsOf = (lane: Lane): Job[] => {
  const files = filesOf(lane.globs)
  const { testMs, limitMs, forceExit } = lane
  const flags = [`--test-timeout=${testMs}`, ...(forceExit ? ['--test-force-exit'] : [])]
  const job = (name: string, of: readonly string[], manner: Job['manner']): Job => ({
    ...{ lane: lane.name, name, work: { files: of, flags }, manner, limitMs },
  })
  const shares = SHARED.map((globs) => {
    const of = files.filter((file) => globs.some((glob) => matchesGlob(file, glob)))
    return job(globs.map((glob) => glob.replace('/**/*.test.ts', '')).join(', '), of, 'usual')
  }).filter(({ work }) => 'files' in work && work.files.length > 0)
  const shared = new Set(shares.flatMap(({ work }) => ('files' in work ? work.files : [])))
  const alone = files.filter((file) => !shared.has(file))
  return [...shares, ...alone.map((file) => job(file, [file], mannerOf(lane, file)))]
}

/** The processes of a run, in the order in which they may begin: what waits, what needs quiet, and what is left. */
export const jobsFor = (name: keyof typeof RUNS): Job[] => {
  const { checkers, lanes } = RUNS[name]
  const checks = checkers.map(
    (command): Job => ({
      ...{ lane: 'source', name: command.join(' ').replace('node_modules/.bin/', ''), work: { command } },
      ...{ manner: 'usual', limitMs: 180_000 },
    }),
  )
  const tests = LANES.filter((lane) => (lanes as readonly string[]).includes(lane.name)).flatMap(jobsOf)
  const jobs = [...checks, ...tests]
  return (['waiting', 'quiet', 'usual'] as const).flatMap((manner) =>
    jobs.filter((job) => job.manner === manner),
  )
}
