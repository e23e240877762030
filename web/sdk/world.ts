/** Everything the SDK takes from the browser, so that a test can be one. */

export type SocketLike = {
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  send(text: string): void
  close(): void
}

export type Memory = {
  get(name: string): string | undefined
  set(name: string, value: string | undefined): void
}

export type World = {
  openSocket(url: string): SocketLike
  createPeer(): RTCPeerConnection
  devices: MediaDevices | undefined
  nowMs(): number
  random(): number
  /** Runs once; the answer cancels it. */
  after(ms: number, run: () => void): () => void
  /** The network came back, or the page came to the front. */
  onOnline(listener: () => void): () => void
  onSeen(listener: () => void): () => void
  /** Lives as long as the tab, reloads included. */
  memory: Memory
}

const tabMemory = (): Memory => ({
  get: (name) => {
    try {
      return sessionStorage.getItem(name) ?? undefined
    } catch {
      return undefined
    }
  },
  set: (name, value) => {
    try {
      if (value === undefined) sessionStorage.removeItem(name)
      else sessionStorage.setItem(name, value)
    } catch {
      // A browser that keeps nothing: a reload starts anew.
    }
  },
})

const listen = (target: EventTarget, name: string, listener: () => void): (() => void) => {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}

export const browserWorld = (): World => ({
  openSocket: (url) => new WebSocket(url, 'web-call-protocol') as unknown as SocketLike,
  // The server is reachable itself and learns our address from our checks: no ICE servers. One transport for all where it knows
  // BUNDLE, as Tandem's own engine does; rtpengine gives each medium its own, which `max-bundle` would refuse.
  createPeer: () => new RTCPeerConnection({ bundlePolicy: 'balanced', rtcpMuxPolicy: 'require' }),
  devices: typeof navigator === 'undefined' ? undefined : navigator.mediaDevices,
  nowMs: () => Date.now(),
  random: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  onOnline: (listener) => listen(window, 'online', listener),
  onSeen: (listener) =>
    listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible') listener()
    }),
  memory: tabMemory(),
})
