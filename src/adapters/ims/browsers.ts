import type { EndCause, Media, Party, PartyEvents } from '#core'
import type { Random } from '#lib/random'

/**
 * Pages that speak SIP over WebSocket have media of WebRTC: the engine gives them a transport as it does the web phone's.
 * A transport outlives a call, and ends with the leg.
 */
export type BrowserPorts = { random: Random; browsers?: Pick<Media, 'leave'> }

/** ICE and DTLS-SRTP: nothing but a browser offers that. */
const isBrowser = (sdp: string): boolean =>
  sdp.includes('UDP/TLS/RTP/SAVPF') && sdp.includes('a=fingerprint:') && sdp.includes('a=ice-ufrag:')

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
