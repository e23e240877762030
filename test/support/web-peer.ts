import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { createCertificate, createDtls, type Dtls, type DtlsKeys, fingerprintOf, keyOf } from '#dtls'
import { type Credentials, createCredentials, decodeAnswer, encodeCheck, looksLikeStun } from '#ice'
import {
  createSrtp,
  isRtcpType,
  rtpHeaderLength,
  SRTP_PROFILES,
  SRTP_ROOM,
  type Srtp,
  type SrtpKit,
  type SrtpProfile,
} from '#rtp'
import { Ear, type Kind } from './web-peer-ear.ts'
import { AUDIO, type EngineSaid, type PeerCodec, printPeer, readEngine, VIDEO } from './web-peer-sdp.ts'

export type PeerPlan = {
  audio?: readonly PeerCodec[]
  /** Left out: no picture. `true`: VP8 and H.264. */
  video?: readonly PeerCodec[] | boolean
  /** Answers to `actpass` with this; default active. */
  setup?: 'active' | 'passive'
  profiles?: readonly SrtpProfile[]
  /** Of this machine, where its socket is; default 127.0.0.1. */
  address?: string
  /** Answers checks of peers that are no lite agents; `pwd` is our own. */
  answerCheck?: (check: Uint8Array, pwd: string) => Uint8Array
  /** For benches, which have many: the native one. */
  kit?: SrtpKit
  /** Of the SSRCs' first sequence numbers. */
  sequence?: number
}

const certificate = createCertificate(Date.now(), 'peer')
const [key, fingerprint] = [keyOf(certificate), fingerprintOf(certificate.certificate)]
const number = (): number => randomBytes(4).readUInt32BE() >>> 1 || 1

/** One clock for all peers: ICE asks every 50 ms until it is answered, then every 2 s. */
const TICK_MS = 50
const CONSENT_TICKS = 40
const peers = new Set<WebPeer>()
let ticker: NodeJS.Timeout | undefined

type Voice = { ssrc: number; sequence: number; timestamp: number; type: number }

/**
 * The browser's side of a call without a browser: full ICE (controlling, one host candidate), DTLS in either role, SRTP.
 * It offers or answers like one, sends what it is told to, and counts what it hears.
 */
export class WebPeer {
  readonly heard: Record<Kind, Ear> = { audio: new Ear(), video: new Ear() }
  /** Compounds in the clear; the latest 50. */
  readonly rtcp: Uint8Array[] = []
  readonly voices: Record<Kind, Voice>
  /** Resolved when SRTP can flow; rejected when DTLS fails. */
  readonly connected: Promise<DtlsKeys>
  keys: DtlsKeys | undefined
  /** Answers to our checks, and what else came; `missed`: RTP while deaf. */
  readonly counted = { checks: 0, consents: 0, forged: 0, conflicts: 0, strange: 0, missed: 0 }
  /** The engine's address as it saw us last. */
  mapped = ''
  closed = false
  onRtp: ((kind: Kind, packet: Uint8Array, head: number) => void) | undefined
  remote: EngineSaid | undefined
  readonly #plan: PeerPlan
  readonly #up = Promise.withResolvers<DtlsKeys>()
  readonly #scratch = Buffer.alloc(2048)
  #socket: Socket | undefined
  #old: Socket | undefined
  #own: Credentials = createCredentials(randomBytes)
  #version = 1
  #order: { kind: Kind; mid: string; codecs: readonly PeerCodec[] }[]
  #types = new Map<number, Kind>()
  #dtls: Dtls | undefined
  #setup: 'active' | 'passive' | undefined
  #out: Srtp | undefined
  #in: Srtp | undefined
  #ticks = 0
  #consented = false
  /** Says nothing and hears nothing: the network is gone. */
  deaf = false

  constructor(plan: PeerPlan = {}) {
    this.#plan = plan
    const sequence = plan.sequence ?? number() & 0x7fff
    const video = plan.video === true ? VIDEO : plan.video || []
    this.#order = [{ kind: 'audio', mid: '0', codecs: plan.audio ?? AUDIO }]
    if (video.length > 0) this.#order.push({ kind: 'video', mid: '1', codecs: video })
    this.voices = {
      audio: { ssrc: number(), sequence, timestamp: number(), type: (plan.audio ?? AUDIO)[0]?.type ?? 0 },
      video: { ssrc: number(), sequence, timestamp: number(), type: video[0]?.type ?? 96 },
    }
    this.connected = this.#up.promise
    this.connected.catch(() => {})
    peers.add(this)
    ticker ??= setInterval(() => {
      for (const peer of peers) peer.tick()
    }, TICK_MS)
  }

  /** The socket is there before the first description, as in a browser that has gathered. */
  async open(): Promise<this> {
    this.#socket = await this.#bind()
    return this
  }

  #bind(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 18 })
      socket.once('error', reject)
      socket.on('message', (datagram) => this.#hear(datagram))
      socket.bind(0, this.#plan.address ?? '127.0.0.1', () => resolve(socket))
    })
  }

  get port(): number {
    return this.#socket?.address().port ?? 0
  }

  #describe(setup: 'actpass' | 'active' | 'passive', direction = 'sendrecv'): string {
    const media = this.#order.map((one) => ({ ...one, ssrc: this.voices[one.kind].ssrc, direction }))
    return printPeer({ ...this.#own, version: this.#version++, fingerprint, setup, media })
  }

  /** An offer; also a later one, for `hold` (a direction) or with new credentials after `restart`. */
  offer(direction?: string): string {
    return this.#describe('actpass', direction)
  }

  /** New ICE credentials for the next description. */
  restart(): void {
    this.#own = createCredentials(randomBytes)
    this.#consented = false
  }

  /** The answer to an offer of the engine. */
  answer(offer: string, direction?: string): string {
    const remote = readEngine(offer)
    const wanted = remote.media.map(({ kind, mid, types, maps, port }) => {
      const plain = (map: string): string => map.toLowerCase()
      const own =
        kind === 'video'
          ? this.#plan.video === true
            ? VIDEO
            : this.#plan.video || []
          : (this.#plan.audio ?? AUDIO)
      const common = types.flatMap((type) => {
        const map = maps.get(type) ?? AUDIO.find((codec) => codec.type === type)?.map ?? ''
        const found = own.find((codec) => plain(codec.map) === plain(map))
        return found && port > 0 ? [{ ...found, type }] : []
      })
      return { kind: kind as Kind, mid, codecs: common }
    })
    this.#order = wanted
    for (const { kind, codecs } of wanted) if (codecs[0]) this.voices[kind].type = codecs[0].type
    this.#setup ??= remote.setup === 'active' ? 'passive' : (this.#plan.setup ?? 'active')
    const text = this.#describe(this.#setup, direction)
    this.#go(remote)
    return text
  }

  /** The engine's answer to our offer. */
  accept(answer: string): void {
    const remote = readEngine(answer)
    this.#setup ??= remote.setup === 'active' ? 'passive' : 'active'
    for (const { kind, types } of remote.media)
      if ((kind === 'audio' || kind === 'video') && types[0] !== undefined) this.voices[kind].type = types[0]
    this.#go(remote)
  }

  #go(remote: EngineSaid): void {
    const moved = this.remote?.port !== remote.port || this.remote.address !== remote.address
    this.remote = remote
    for (const { kind, types } of remote.media)
      for (const type of types) if (kind === 'audio' || kind === 'video') this.#types.set(type, kind)
    for (const { kind, codecs } of this.#order) for (const { type } of codecs) this.#types.set(type, kind)
    this.#ticks = 0
    if (moved) this.#reconnect()
    else this.tick()
  }

  #reconnect(): void {
    const { remote } = this
    const socket = this.#socket
    if (!remote || !socket || this.closed) return
    try {
      socket.disconnect()
    } catch {}
    socket.connect(remote.port, remote.address, () => this.tick())
    socket.on('error', () => {})
  }

  /** Another network: a new socket, from which the next checks come; the old one stays silent. */
  async move(): Promise<void> {
    this.#old?.close()
    this.#old = this.#socket
    this.#old?.removeAllListeners('message')
    this.#socket = await this.#bind()
    this.#consented = false
    this.#ticks = 0
    this.#reconnect()
  }

  tick(): void {
    const { remote } = this
    if (!remote || this.closed || this.deaf) return
    const due = !this.#consented || this.#ticks % CONSENT_TICKS === 0
    this.#ticks++
    if (due) this.check()
    this.#dtls?.tick(performance.now())
  }

  /** One connectivity check that nominates. */
  check(plan: { role?: 'controlling' | 'controlled'; pwd?: string } = {}): void {
    const { remote } = this
    if (!remote) return
    this.counted.checks++
    const { role = 'controlling', pwd = remote.pwd } = plan
    const transaction = randomBytes(12)
    this.raw(
      encodeCheck({
        remote: { ufrag: remote.ufrag, pwd },
        ufrag: this.#own.ufrag,
        transaction,
        nominate: true,
        role,
      }),
    )
  }

  /** These octets as they are. */
  raw(datagram: Uint8Array): void {
    if (this.deaf || this.closed) return
    try {
      this.#socket?.send(datagram)
    } catch {
      // Not connected yet: on a real network it would be lost as well.
    }
  }

  #hear(datagram: Buffer): void {
    const first = datagram[0] ?? 255
    if (this.deaf && first >= 128 && !isRtcpType(datagram[1] ?? 0)) this.counted.missed++
    if (this.deaf || this.closed) return
    if (first < 4 && looksLikeStun(datagram, 0, datagram.length)) this.#onStun(datagram)
    else if (first >= 20 && first < 64) this.#onDtls(datagram)
    else if (first >= 128 && first < 192) this.#onMedia(datagram)
    else this.counted.strange++
  }

  #onStun(datagram: Buffer): void {
    const { answerCheck } = this.#plan
    if (answerCheck && datagram[0] === 0 && datagram[1] === 1) this.raw(answerCheck(datagram, this.#own.pwd))
    const answer = decodeAnswer(datagram, this.remote?.pwd ?? '')
    if (!answer) this.counted.forged++
    else if (answer.errorCode === 487) this.counted.conflicts++
    else if (answer.mapped) {
      this.counted.consents++
      this.mapped = `${answer.mapped.address.join('.')}:${answer.mapped.port}`
      this.#consented = true
      this.#shake()
    }
  }

  #shake(): void {
    if (this.#dtls || !this.remote || !this.#setup) return
    const profiles = this.#plan.profiles ?? ['SRTP_AEAD_AES_128_GCM', 'SRTP_AES128_CM_HMAC_SHA1_80']
    this.#dtls = createDtls({
      role: this.#setup === 'active' ? 'client' : 'server',
      ...{ certificate: certificate.certificate, key, fingerprints: this.remote.fingerprints },
      profiles: profiles.map((name) => SRTP_PROFILES[name]),
      events: {
        send: (out) => this.raw(out),
        connected: (keys) => this.#onKeys(keys),
        failed: (reason) => this.#up.reject(new Error(`DTLS of the peer: ${reason}`)),
        closed: () => this.close(),
      },
    })
    this.#dtls.start(performance.now())
  }

  #onDtls(datagram: Buffer): void {
    this.#shake()
    this.#dtls?.feed(datagram, performance.now())
  }

  #onKeys(keys: DtlsKeys): void {
    const profile = (Object.keys(SRTP_PROFILES) as SrtpProfile[]).find(
      (name) => SRTP_PROFILES[name].number === keys.profile,
    ) as SrtpProfile
    const [client, server] = [
      { key: keys.clientKey, salt: keys.clientSalt },
      { key: keys.serverKey, salt: keys.serverSalt },
    ]
    const options = this.#plan.kit ? { kit: this.#plan.kit } : {}
    this.#out = createSrtp(profile, this.#setup === 'active' ? client : server, options)
    this.#in = createSrtp(profile, this.#setup === 'active' ? server : client, options)
    this.keys = keys
    this.#up.resolve(keys)
  }

  #onMedia(datagram: Buffer): void {
    const rtcp = isRtcpType(datagram[1] ?? 0)
    const length = rtcp
      ? this.#in?.unprotectRtcp(datagram, 0, datagram.length)
      : this.#in?.unprotect(datagram, 0, datagram.length)
    if (length === undefined || length < 0) {
      this.counted.forged++
      return
    }
    if (!rtcp) return this.#count(datagram, length)
    this.rtcp.push(new Uint8Array(datagram.subarray(0, length)))
    if (this.rtcp.length > 50) this.rtcp.shift()
  }

  #count(packet: Buffer, length: number): void {
    const kind = this.#types.get((packet[1] as number) & 0x7f)
    const head = rtpHeaderLength(packet, 0, length)
    if (!kind || head < 0) {
      this.counted.strange++
      return
    }
    this.heard[kind].take(packet, head, length)
    this.onRtp?.(kind, packet.subarray(0, length), head)
  }

  /** One packet of the kind's own stream. `samples`: how far the timestamp moves afterwards. */
  send(
    kind: Kind,
    payload: Uint8Array,
    samples = 160,
    options: { type?: number; marker?: boolean } = {},
  ): boolean {
    const voice = this.voices[kind]
    const out = this.#scratch
    const { type = voice.type, marker = false } = options
    out.writeUInt16BE(0x8000 | (marker ? 0x80 : 0) | type, 0)
    out.writeUInt16BE(voice.sequence, 2)
    out.writeUInt32BE(voice.timestamp >>> 0, 4)
    out.writeUInt32BE(voice.ssrc, 8)
    out.set(payload, 12)
    voice.sequence = (voice.sequence + 1) & 0xffff
    voice.timestamp = (voice.timestamp + samples) >>> 0
    const length = this.#out?.protect(out, 0, 12 + payload.length) ?? -1
    // The socket may keep the octets for a moment.
    if (length > 0) this.raw(Buffer.from(out.subarray(0, length)))
    return length > 0
  }

  /** A compound, which is sealed first. */
  report(compound: Uint8Array): void {
    const out = new Uint8Array(compound.length + SRTP_ROOM)
    out.set(compound)
    const length = this.#out?.protectRtcp(out, 0, compound.length) ?? -1
    if (length > 0) this.raw(out.subarray(0, length))
  }

  close(): void {
    if (this.closed) return
    const goodbye = this.#dtls?.close()
    if (goodbye) this.raw(goodbye)
    this.closed = true
    peers.delete(this)
    if (peers.size === 0) {
      clearInterval(ticker)
      ticker = undefined
    }
    this.#old?.close()
    this.#socket?.close()
  }
}

export const aWebPeer = (plan?: PeerPlan): Promise<WebPeer> => new WebPeer(plan).open()
