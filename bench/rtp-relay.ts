import { createEmbeddedMedia } from '#media'

/**
 * The relay under test of `rtp.ts`: sets up CALLS calls whose legs send from consecutive ports, prints for each
 * leg "OWN_PORT RELAY_PORT" and one empty line, and relays until its standard input ends.
 *   node bench/rtp-relay.ts CALLS FIRST_OWN_PORT
 */
const [calls = 100, first = 40_000] = process.argv.slice(2).map(Number)

const describe = (port: number): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`

const media = await createEmbeddedMedia({
  listeners: [{ address: '127.0.0.1', bind: '127.0.0.1', portMin: 20_000, portMax: 39_999 }],
  log: { on: () => false, write: (_layer, level, text) => level === 'error' && console.error(text) },
  events: { onSilent: () => {}, onDtmf: () => {} },
  workers: 1,
})

const portOf = (reply: Awaited<ReturnType<typeof media.offer>>): string => {
  const port = reply.ok ? /^m=audio (\d+)/m.exec(reply.value)?.[1] : undefined
  if (!port) throw new Error(`no port: ${JSON.stringify(reply)}`)
  return port
}

for (let i = 0; i < calls; i++) {
  const [own, other] = [first + 2 * i, first + 2 * i + 1]
  const towardsCallee = portOf(await media.offer(`call ${i}`, 'caller', describe(own)))
  const towardsCaller = portOf(await media.answer(`call ${i}`, 'callee', describe(other)))
  process.stdout.write(`${own} ${towardsCaller}\n${other} ${towardsCallee}\n`)
}
process.stdout.write('\n')
process.stdin.resume().on('end', () => void media.close())
