import { sleep } from '../test/support/wait.ts'
import { aWebPeer } from '../test/support/web-peer.ts'
import { PCMU } from '../test/support/web-peer-sdp.ts'
import { socketClient } from '../test/support/web-socket-client.ts'
import { startWebTown, type WebTown } from '../test/support/web-town.ts'
import { pssBytes, treeOf } from './process.ts'

/**
 * What registered web phones weigh, and how long a browser waits for the first packet of a call, its signalling included: a
 * whole house by its own sockets, WebSockets over TLS, the echo as the other party. `node bench/web-phones.ts [PHONES] [CALLS]`.
 */
type PhonesFigures = {
  phones: number
  /** PSS of the house with nobody there, and with all of them, in megabytes. */
  idleMb: number
  registeredMb: number
  /** From 1003 to the first packet that the browser hears, DTLS included; milliseconds. */
  firstMs: { p50: number; p99: number; calls: number }
}

const MB = 1024 * 1024
const REST_MS = 5000
/** So many log in at a time: each is a TLS handshake in the house and here. */
const AT_ONCE = 10
const TALK_MS = 100

const nameOf = (at: number): string => `${2000 + at}`
const weigh = ({ pid }: WebTown): number => pssBytes(treeOf(pid)) / MB

const firstPacket = async (client: Awaited<ReturnType<typeof socketClient>>): Promise<number> => {
  const peer = await aWebPeer({ audio: PCMU })
  // The echo gives back what it hears.
  const speech = setInterval(() => peer.send('audio', new Uint8Array(160).fill(0xd5)), 5)
  const startMs = performance.now()
  const heard = new Promise<number>((resolve) => {
    peer.onRtp = () => resolve(performance.now() - startMs)
  })
  client.say(1003, { to: '600', sdp: peer.offer() })
  const { cid, sdp } = await client.next(9003)
  peer.accept(String(sdp))
  const tookMs = await heard
  await sleep(TALK_MS)
  clearInterval(speech)
  client.say(1010, { cid })
  await client.next(9004, { state: 0 })
  peer.close()
  return tookMs
}

const runPhonesBench = async (phones: number, calls: number): Promise<PhonesFigures> => {
  const names = Array.from({ length: phones }, (_, at) => nameOf(at))
  const house = await startWebTown(names)
  const clients: Awaited<ReturnType<typeof socketClient>>[] = []
  try {
    await sleep(REST_MS)
    const idleMb = weigh(house)
    for (let at = 0; at < phones; at += AT_ONCE)
      clients.push(
        ...(await Promise.all(names.slice(at, at + AT_ONCE).map((name) => socketClient(house, name)))),
      )
    await sleep(REST_MS)
    const registeredMb = weigh(house)
    const times: number[] = []
    for (let at = 0; at < calls; at++)
      times.push(await firstPacket(clients[at % phones] as (typeof clients)[number]))
    times.sort((a, b) => a - b)
    const at = (share: number): number =>
      times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
    return { phones, idleMb, registeredMb, firstMs: { p50: at(0.5), p99: at(0.99), calls } }
  } finally {
    for (const client of clients) client.close()
    await house.stop()
  }
}

const showPhones = ({ phones, idleMb, registeredMb, firstMs }: PhonesFigures): string =>
  [
    `${phones} web phones: ${idleMb.toFixed(0)} MB idle, ${(registeredMb - idleMb).toFixed(1)} MB more with all of them registered`,
    `first media of ${firstMs.calls} calls to the echo, signalling and DTLS included: p50 ${firstMs.p50.toFixed(0)} ms, p99 ${firstMs.p99.toFixed(0)} ms`,
  ].join('\n')

const [phones = 500, calls = 100] = process.argv.slice(2).map(Number)
console.log(showPhones(await runPhonesBench(phones, calls)))
process.exit(0)
