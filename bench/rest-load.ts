import { connect, type Socket } from 'node:net'
import { parseArgs } from 'node:util'

/**
 * A load generator that costs little: requests are bytes made beforehand, answers are known by their first line. One
 * request under way per connection, kept alive. Says one line of JSON at the end.
 *
 * node bench/rest-load.ts --port 8200 --key KEY --connections 64 --seconds 5 [--rate N] --users 1000
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    key: { type: 'string' },
    connections: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '5' },
    warm: { type: 'string', default: '3' },
    users: { type: 'string', default: '1000' },
    rate: { type: 'string' },
    prefix: { type: 'string', default: 'x' },
  },
})
const [port, connections, users] = [Number(values.port), Number(values.connections), Number(values.users)]
const [seconds, warm] = [Number(values.seconds), Number(values.warm)]
/** Texts a second in all; none: as much as is answered. */
const rate = values.rate === undefined ? undefined : Number(values.rate)

let sent = 0
const request = (): string => {
  const n = sent++
  const body = JSON.stringify({
    from: '+4930123',
    to: `u${n % users}`,
    text: `Text number ${n}: your appointment is at nine.`,
  })
  return (
    `POST /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${values.key}\r\n` +
    `Content-Type: application/json\r\nIdempotency-Key: "${values.prefix}-${n}"\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}

const figures = { done: 0, failed: 0, latencies: [] as number[] }
let measuring = false
/** From here on at the full rate: the last third of the time to get warm. */
const fullAtMs = performance.now() + (warm * 2000) / 3
let over = false

/** Free connections, when a rate is kept; else each goes on by itself. */
const free: ((meantMs: number) => void)[] = []
/** When requests were meant to leave that found no free connection: their waiting counts. */
const late: number[] = []

const drive = (socket: Socket): void => {
  let startMs = 0
  const go = (meantMs = performance.now()): void => {
    startMs = meantMs
    socket.write(request())
  }
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  socket.on('data', (piece: string) => {
    // An answer is small and comes in one piece; of one that does not, the rest is no start of another.
    if (!piece.startsWith('HTTP/1.1 ')) return
    if (measuring) {
      figures.latencies.push(performance.now() - startMs)
      if (piece.startsWith('201', 9)) figures.done++
      else figures.failed++
    }
    if (over) return
    if (rate === undefined) return go()
    const meant = late.shift()
    if (meant === undefined) free.push(go)
    else go(meant)
  })
  socket.on('error', () => figures.failed++)
  socket.on('connect', () => (rate === undefined ? go() : free.push(go)))
}
for (let i = 0; i < connections; i++) drive(connect(port, '127.0.0.1'))

if (rate !== undefined) {
  let [lastMs, due] = [performance.now(), 0]
  setInterval(() => {
    const now = performance.now()
    // A server that has just started is met with half of it: what it owes from then would be measured later.
    due += ((now - lastMs) / 1000) * (measuring || now > fullAtMs ? rate : rate / 2)
    for (; !over && due >= 1; due--) {
      const go = free.pop()
      if (go) go(now)
      else late.push(now)
    }
    lastMs = now
  }, 1)
}

const wait = (s: number): Promise<void> => new Promise((resume) => setTimeout(resume, s * 1000))
await wait(warm)
measuring = true
const begin = performance.now()
await wait(seconds)
measuring = false
const tookS = (performance.now() - begin) / 1000
over = true
await wait(0.3)
const sorted = Float64Array.from(figures.latencies).sort()
const at = (share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
const { done, failed } = figures
process.stdout.write(
  `${JSON.stringify({ done, failed, perSecond: done / tookS, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1), sent })}\n`,
)
process.exit(0)
