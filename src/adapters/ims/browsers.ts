import type { Binding, EndCause, Media, Party, PartyEvents } from '#core'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'

/**
 * Pages that speak SIP over WebSocket have media of WebRTC: the engine gives them a transport as it does the web phone's.
 * A transport outlives a call, and ends with the leg.
 */
export type BrowserPorts = { random: Random; browsers?: Pick<Media, 'leave'>; pages?: Pages }

/** ICE and DTLS-SRTP: nothing but a browser offers that. */
const isBrowser = (sdp: string): boolean =>
  sdp.includes('UDP/TLS/RTP/SAVPF') && sdp.includes('a=fingerprint:') && sdp.includes('a=ice-ufrag:')

type Pages = ReturnType<typeof createPages>

const isSocket = (transport: Binding['transport']): boolean => transport === 'ws' || transport === 'wss'

/**
 * Who speaks SIP over WebSocket is a page, unless its own descriptions say otherwise: programs with plain RTP do that
 * too. What was said by a connection last counts for it.
 */
export const createPages = () => {
  const programs = new WeakSet<Flow>()
  return {
    isPage: ({ transport, flow }: Pick<Binding, 'transport' | 'flow'>): boolean =>
      isSocket(transport) && !(flow && programs.has(flow)),
    said: (flow: Flow, sdp: string | undefined): void => {
      if (sdp === undefined || !isSocket(flow.transport)) return
      if (isBrowser(sdp)) programs.delete(flow)
      else programs.add(flow)
    },
  }
}

/** The transport for a leg that begins with this description; undefined: it is an ordinary phone's. */
export const transportFor = (
  { random, browsers }: BrowserPorts,
  sdp: string | undefined,
): string | undefined =>
  browsers && sdp !== undefined && isBrowser(sdp) ? `sip.${random.token(16)}` : undefined

/** The same events: the leg's end is that of its transport. */
export const leavingWith = <E extends Pick<PartyEvents, 'onEnd'>>(
  { browsers }: BrowserPorts,
  web: string | undefined,
  events: E,
): E => {
  if (web === undefined || !browsers) return events
  return {
    ...events,
    onEnd: (end: Parameters<E['onEnd']>[0]) => {
      browsers.leave(web)
      events.onEnd(end)
    },
  }
}

/** The same party: when we end its leg, that is the end of its transport. */
export const leavingParty = <P extends Party>(ports: BrowserPorts, web: string | undefined, party: P): P => {
  const { browsers } = ports
  if (web === undefined || !browsers) return party
  return {
    ...party,
    hangUp: (cause: EndCause, words?: string) => {
      browsers.leave(web)
      party.hangUp(cause, words)
    },
    moveTo: (call: string, events: PartyEvents) => party.moveTo(call, leavingWith(ports, web, events)),
  }
}
