import { createInterface } from 'node:readline'
import { createEmbeddedMedia } from '#media'

/**
 * The engine under test of `web-media.ts`: a line of JSON `{ id, sdp, port, video }` on standard input is a browser's offer for the
 * telephone at that port; the answer `{ id, answer, towards }` says where that telephone sends.
 *   node bench/web-relay.ts CALLS
 */
const calls = Number(process.argv[2] ?? 240)

const media = await createEmbeddedMedia({
  listeners: [{ address: '127.0.0.1', bind: '127.0.0.1', portMin: 20_000, portMax: 29_999 }],
  log: { on: () => false, write: (_layer, level, text) => level === 'error' && console.error(text) },
  events: { onSilent: () => {}, onDtmf: () => {} },
  workers: 1,
  web: {
    ...{ binds: ['127.0.0.1'], addresses: [], portMin: 50_000, portMax: 50_000 + calls * 20 },
    limits: () => ({ talking: 30, video: 40, hold: 600 }),
  },
})

const describe = (ports: number[]): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${ports[0]} RTP/AVP 0\r\n` +
  (ports[1] === undefined
    ? ''
    : `m=video ${ports[1]} RTP/AVP 102\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n`)

const must = (result: Awaited<ReturnType<typeof media.offer>>): string => {
  if (!result.ok) throw new Error(result.error)
  return result.value
}

const setUp = async ({ id, sdp, ports }: { id: number; sdp: string; ports: number[] }): Promise<void> => {
  const [call, web] = [`call ${id}`, `web ${id}`]
  const at = { callerWeb: web, callerAddress: '127.0.0.1', callerListener: 0, calleeListener: 0 }
  const offered = must(await media.offer(call, 'caller', sdp, at))
  const answer = must(await media.answer(call, 'callee', describe(ports)))
  const towards = [...offered.matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port))
  process.stdout.write(`${JSON.stringify({ id, answer, towards })}\n`)
}

const end = (): void => void media.close().then(() => process.exit(0))
process.on('SIGTERM', end)
createInterface({ input: process.stdin })
  .on('line', (line) => void setUp(JSON.parse(line)))
  .on('close', end)
process.stdout.write('{"ready":true}\n')
