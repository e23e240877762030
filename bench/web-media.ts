import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { without } from '../test/support/peers.ts'
import { sleep } from '../test/support/wait.ts'
import { aWebPeer, type WebPeer } from '../test/support/web-peer.ts'
import { PCMU, VIDEO } from '../test/support/web-peer-sdp.ts'
import { cpuSeconds } from './process.ts'
import { ratioOf, type Spread, show, spreadOf, table } from './report.ts'
import { answerCheck } from './stun-answer.ts'
import { takeTurn } from './turn.ts'
import { startWebServer, type WebServerKind } from './web-servers.ts'

/**
 * Browsers that call telephones: CPU per forwarded packet (one receive and one send) beside Janus's SIP path and rtpengine in user
 * space, all pinned to one core while this program, which is browsers and telephones, has the other. One command:
 *   node bench/web-media.ts                                audio beside both, alternating
 *   node bench/web-media.ts --alone --calls 240             how many without loss, and how long set-up takes
 *   node bench/web-media.ts --alone --video --calls 100     the same with pictures
 * Only ratios of one run mean anything.
 */
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    profile: { type: 'string', default: 'gcm' },
    video: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    against: { type: 'string', default: 'janus,rtpengine' },
    /** Somebody else holds the turn for us. */
    taken: { type: 'boolean', default: false },
  },
})

type Round = {
  server: WebServerKind
  calls: number
  micros: number
  packets: number
  lost: number
  firstMs: number[]
  core: number
  own: number
}

const GOALS: Partial<Record<WebServerKind, number>> = { janus: 0.6, rtpengine: 1.3 }
const PROFILES = { gcm: ['SRTP_AEAD_AES_128_GCM'], cm: ['SRTP_AES128_CM_HMAC_SHA1_80'] } as const
const WARM_MS = 1500
/** Of 20 ms: packets are spread over so many of them. */
const SLOTS = 10
/** 62 packets of 1000 octets a second: half a megabit. */
const [PICTURE, PICTURE_TICKS] = [new Uint8Array(1000).fill(0x41), 1452]
const SOUND = new Uint8Array(160).fill(0xd5)

/** A telephone: one socket for sound and one for the picture; it sends what a script tells it to and counts. */
class Phone {
  readonly ports: number[] = []
  towards: number[] = []
  received = 0
  sent = 0
  readonly #sockets: Socket[] = []
  readonly #packets: Buffer[] = []
  readonly #sequence = [0, 0]

  async open(video: boolean): Promise<this> {
    for (const [index, payload] of (video ? [SOUND, PICTURE] : [SOUND]).entries()) {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
      socket.on('message', (octets) => {
        if (octets.length > 60 && ((octets[1] as number) < 192 || (octets[1] as number) > 223))
          this.received++
      })
      const packet = Buffer.alloc(12 + payload.length)
      packet.set([0x80, index === 0 ? 0 : 102])
      packet.writeUInt32BE(0x1000 + index, 8)
      packet.set(payload, 12)
      this.#packets.push(packet)
      this.#sockets.push(socket)
      this.ports.push((socket.address() as AddressInfo).port)
    }
    return this
  }

  send(index: number): void {
    const [packet, port] = [this.#packets[index], this.towards[index]]
    if (!packet || !port) return
    const sequence = ((this.#sequence[index] ?? 0) + 1) & 0xffff
    this.#sequence[index] = sequence
    packet.writeUInt16BE(sequence, 2)
    packet.writeUInt32BE((sequence * (index === 0 ? 160 : PICTURE_TICKS)) >>> 0, 4)
    this.sent++
    this.#sockets[index]?.send(Buffer.from(packet), port, '127.0.0.1')
  }

  close(): void {
    for (const socket of this.#sockets) socket.close()
  }
}

type Pair = { peer: WebPeer; phone: Phone; sent: number; firstMs: number }

const heardBy = ({ heard }: WebPeer): number => heard.audio.packets + heard.video.packets

/** All speak, 50 times a second, until it is called. */
const speak = (pairs: readonly Pair[]): (() => void) => {
  const startMs = performance.now()
  let slot = 0
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - startMs) / (20 / SLOTS))
    for (; slot < due; slot++)
      for (let i = slot % SLOTS; i < pairs.length; i += SLOTS) {
        const { peer, phone } = pairs[i] as Pair
        if (peer.send('audio', SOUND)) (pairs[i] as Pair).sent++
        phone.send(0)
        if (!values.video) continue
        // 62 of them in a second: now and then two at once.
        for (let more = slot % 40 < 10 ? 2 : 1; more > 0; more--) {
          if (peer.send('video', PICTURE, PICTURE_TICKS)) (pairs[i] as Pair).sent++
          phone.send(1)
        }
      }
  }, 2)
  return () => clearInterval(timer)
}

const aPair = async (server: Awaited<ReturnType<typeof startWebServer>>, id: number): Promise<Pair> => {
  const profiles = PROFILES[values.profile as keyof typeof PROFILES] ?? PROFILES.gcm
  const peer = await aWebPeer({
    ...{ audio: PCMU, profiles, address: server.address },
    ...(values.video && { video: VIDEO.slice(1) }),
    answerCheck: (check, pwd) => answerCheck(check, pwd, { address: server.address, port: peer.port }),
  })
  const phone = await new Phone().open(values.video)
  const startMs = performance.now()
  const pair: Pair = { peer, phone, sent: 0, firstMs: -1 }
  peer.onRtp = () => {
    pair.firstMs = performance.now() - startMs
    peer.onRtp = undefined
  }
  const { answer, towards } = await server.call(id, peer.offer(), phone.ports)
  phone.towards = towards
  peer.accept(answer)
  // The telephone speaks at once, as it does when it has answered.
  const hum = setInterval(() => phone.send(0), 20)
  await peer.connected
  while (pair.firstMs < 0) await sleep(1)
  clearInterval(hum)
  return pair
}

const countsOf = (pairs: readonly Pair[]) => ({
  sent: pairs.reduce((sum, { sent, phone }) => sum + sent + phone.sent, 0),
  received: pairs.reduce((sum, { peer, phone }) => sum + heardBy(peer) + phone.received, 0),
})

const measure = async (
  kind: WebServerKind,
  calls: number,
  seconds: number,
  folder: string,
): Promise<Round> => {
  const server = await startWebServer(kind, calls, folder)
  const pairs: Pair[] = []
  try {
    for (let id = 0; id < calls; id++) pairs.push(await aPair(server, id))
    await sleep(300)
    const start = countsOf(pairs)
    const hush = speak(pairs)
    await sleep(WARM_MS)
    const pids = server.pids()
    const [before, cpu, own, atMs] = [
      countsOf(pairs),
      cpuSeconds(pids),
      process.cpuUsage(),
      performance.now(),
    ]
    await sleep(seconds * 1000)
    const [after, spent] = [countsOf(pairs), cpuSeconds(pids) - cpu]
    const usage = process.cpuUsage(own)
    const elapsed = (performance.now() - atMs) / 1000
    hush()
    await sleep(1500)
    const last = countsOf(pairs)
    return {
      ...{ server: kind, calls, micros: (spent * 1e6) / (after.received - before.received) },
      packets: after.received - before.received,
      lost: last.sent - start.sent - (last.received - start.received),
      firstMs: pairs.map(({ firstMs }) => firstMs),
      core: spent / elapsed,
      own: (usage.user + usage.system) / 1e6 / elapsed,
    }
  } finally {
    for (const { peer, phone } of pairs) {
      peer.close()
      phone.close()
    }
    await server.stop()
  }
}

const middle = (numbers: number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

const main = async (): Promise<void> => {
  const against = values.alone ? [] : (values.against.split(',') as WebServerKind[])
  const lacking = without('taskset', ...against)
  if (lacking) {
    console.error(`bench: ${lacking}`)
    process.exit(1)
  }
  execFileSync('taskset', ['-p', '-c', '1', `${process.pid}`], { stdio: 'ignore' })
  const yieldTurn = values.taken ? () => {} : await takeTurn((line) => console.log(line))
  const folder = mkdtempSync(join(tmpdir(), 'tandem-web-'))
  const rows: string[][] = [
    [
      'calls',
      'server',
      'µs per packet',
      'Tandem ÷ it',
      'goal',
      'core',
      'generator',
      'lost',
      'first media, p50 ms',
    ],
  ]
  try {
    for (const calls of values.calls.split(',').map(Number)) {
      const rounds: Round[] = []
      const kinds: WebServerKind[] = [...against, 'tandem']
      for (let round = 0; round < Number(values.rounds); round++)
        for (const kind of round % 2 ? kinds.toReversed() : kinds) {
          const result = await measure(kind, calls, Number(values.seconds), folder)
          rounds.push(result)
          console.log(JSON.stringify({ ...result, firstMs: middle(result.firstMs) }))
        }
      const of = (kind: WebServerKind) => rounds.filter(({ server }) => server === kind)
      const micros = (kind: WebServerKind) => of(kind).map((round) => round.micros)
      for (const kind of kinds) {
        const ratio: Spread | undefined =
          kind === 'tandem' ? undefined : ratioOf(micros('tandem'), micros(kind))
        rows.push([
          ...[`${calls}`, kind, show(spreadOf(micros(kind)), 2)],
          ...[ratio ? show(ratio, 2) : '–', GOALS[kind] ? `≤ ${GOALS[kind]}` : '–'],
          ...[
            show(spreadOf(of(kind).map(({ core }) => core)), 2),
            show(spreadOf(of(kind).map(({ own }) => own)), 2),
          ],
          `${of(kind).reduce((sum, { lost }) => sum + lost, 0)}`,
          show(spreadOf(of(kind).map(({ firstMs }) => middle(firstMs)))),
        ])
      }
    }
    console.log(`\n${table(rows)}`)
  } finally {
    rmSync(folder, { recursive: true })
    yieldTurn()
  }
  process.exit(0)
}

await main()
