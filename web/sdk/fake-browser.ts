import type { SocketLike, World } from './world.ts'

/** A browser for tests: a clock turned by hand, sockets whose other end is the test, peers that agree to everything. */

export class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly url: string
  readonly sent: Record<string, unknown>[] = []
  closed = false
  constructor(url: string) {
    this.url = url
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }
  close(): void {
    this.closed = true
  }
  /** What the server does. */
  open(): void {
    this.onopen?.()
  }
  say(pdu: Record<string, unknown>): void {
    this.onmessage?.({ data: JSON.stringify(pdu) })
  }
  drop(): void {
    this.onclose?.({ code: 1006 })
  }
  last(op: number): Record<string, unknown> | undefined {
    return this.sent.findLast((one) => one.op === op)
  }
  /** Answers the last command of that number. */
  answer(op: number, members: Record<string, unknown> = {}): void {
    this.say({ op: op + 1000, seq: this.last(op)?.seq, code: 0, ...members })
  }
}

export class FakeTrack {
  readonly kind: string
  readonly id: string
  enabled = true
  stopped = false
  onended: (() => void) | null = null
  constructor(kind: string, id: string) {
    this.kind = kind
    this.id = id
  }
  stop(): void {
    this.stopped = true
  }
}

class FakeStream {
  tracks: FakeTrack[]
  constructor(tracks: FakeTrack[] = []) {
    this.tracks = tracks
  }
  getTracks(): FakeTrack[] {
    return this.tracks
  }
  addTrack(track: FakeTrack): void {
    this.tracks.push(track)
  }
  removeTrack(track: FakeTrack): void {
    this.tracks = this.tracks.filter((one) => one !== track)
  }
}

type FakeTransceiver = {
  direction: string
  currentDirection: string | null
  receiver: { track: { kind: string } }
  sender: { track: FakeTrack | null; replaceTrack(track: FakeTrack | null): Promise<void> }
}

export class FakePeer {
  connectionState = 'new'
  signalingState = 'stable'
  localDescription: { type: string; sdp: string } | null = null
  remote: string[] = []
  restarts = 0
  closed = false
  stats: Record<string, unknown>[] = []
  transceivers: FakeTransceiver[] = []
  onconnectionstatechange: (() => void) | null = null
  ontrack: unknown = null
  private made = 0

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers
  }
  addTransceiver(given: FakeTrack | string, { direction }: { direction: string }): void {
    const [kind, track] = typeof given === 'string' ? [given, null] : [given.kind, given]
    const sender: FakeTransceiver['sender'] = {
      track,
      replaceTrack: async (next) => {
        sender.track = next
      },
    }
    this.transceivers.push({
      ...{ direction, currentDirection: null, sender },
      receiver: { track: { kind } },
    })
  }
  addTrack(track: FakeTrack): void {
    this.addTransceiver(track, { direction: 'sendrecv' })
  }
  async createOffer({ iceRestart = false } = {}) {
    if (iceRestart) this.restarts++
    const media = this.transceivers.map((one) => `m=${one.receiver.track.kind} 9`).join('\n')
    return { type: 'offer', sdp: `offer ${++this.made}\n${media}` }
  }
  async createAnswer() {
    return { type: 'answer', sdp: `answer ${++this.made}` }
  }
  async setLocalDescription(description: { type: string; sdp: string }) {
    this.signalingState = description.type === 'offer' ? 'have-local-offer' : 'stable'
    if (description.type !== 'rollback') this.localDescription = description
  }
  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }) {
    this.remote.push(sdp)
    this.signalingState = type === 'offer' ? 'have-remote-offer' : 'stable'
  }
  async getStats() {
    return new Map(this.stats.map((one, at) => [String(at), one]))
  }
  close(): void {
    this.closed = true
  }
  become(state: string): void {
    this.connectionState = state
    this.onconnectionstatechange?.()
  }
}

export type FakeWorld = World & {
  sockets: FakeSocket[]
  peers: FakePeer[]
  tracks: FakeTrack[]
  /** Turns the clock and lets everything that became due happen. */
  turn(ms: number): Promise<void>
  comeOnline(): void
  /** The next getUserMedia fails with that name. */
  refuse(name: string | undefined): void
  plug(...devices: { kind: string; deviceId: string; label: string }[]): void
}

/** Lets all promises that are ready go on. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

export const createFakeWorld = (): FakeWorld => {
  Object.assign(globalThis, { MediaStream: FakeStream })
  let nowMs = 1_000_000
  let timers: { atMs: number; run: () => void }[] = []
  let refusal: string | undefined
  let plugged: { kind: string; deviceId: string; label: string }[] = []
  const online = new Set<() => void>()
  const memory = new Map<string, string>()
  const listeners = new Set<() => void>()
  const sockets: FakeSocket[] = []
  const peers: FakePeer[] = []
  const tracks: FakeTrack[] = []

  const getUserMedia = async (wanted: Record<string, { deviceId?: { exact: string } }>) => {
    if (refusal) throw new DOMException('no', refusal)
    const [kind, constraints] = Object.entries(wanted)[0] ?? ['audio', {}]
    const id = constraints.deviceId?.exact ?? 'default'
    if (id !== 'default' && !plugged.some(({ deviceId }) => deviceId === id))
      throw new DOMException('no', 'OverconstrainedError')
    const track = new FakeTrack(kind, id)
    tracks.push(track)
    return new FakeStream([track])
  }

  return {
    ...{ sockets, peers, tracks },
    openSocket: (url) => {
      const socket = new FakeSocket(url)
      sockets.push(socket)
      return socket
    },
    createPeer: () => {
      const peer = new FakePeer()
      peers.push(peer)
      return peer as unknown as RTCPeerConnection
    },
    devices: {
      getUserMedia,
      enumerateDevices: async () => plugged,
      addEventListener: (_: string, listener: () => void) => void listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => void listeners.delete(listener),
    } as unknown as MediaDevices,
    nowMs: () => nowMs,
    random: () => 1,
    after: (ms, run) => {
      const timer = { atMs: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    onOnline: (listener) => {
      online.add(listener)
      return () => void online.delete(listener)
    },
    onSeen: () => () => {},
    memory: {
      get: (name) => memory.get(name),
      set: (name, value) => void (value === undefined ? memory.delete(name) : memory.set(name, value)),
    },
    turn: async (ms) => {
      const until = nowMs + ms
      await settle()
      for (;;) {
        const next = timers.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0]
        if (!next) break
        timers = timers.filter((one) => one !== next)
        nowMs = next.atMs
        next.run()
        await settle()
      }
      nowMs = until
    },
    comeOnline: () => {
      for (const listener of [...online]) listener()
    },
    refuse: (name) => {
      refusal = name
    },
    plug: (...devices) => {
      plugged = devices
      for (const listener of [...listeners]) listener()
    },
  }
}
