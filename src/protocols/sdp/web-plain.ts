import type { Direction, SdpMedium } from './description.ts'
import { type Format, isBaseline, isEvent, isLaw, keyOf, type WebKind } from './web-formats.ts'
import { NAMES } from './web-print.ts'

/** What one side can do in one medium, whichever way it says so. */
export type Terms = { formats: readonly Format[]; direction: Direction }

/** Towards telephones: what most of them know comes first, and of each codec one. Opus and VP8 are for those who name them. */
const RANK = (format: Format): number =>
  isLaw(format) ? 0 : format.name === 'g722' ? 1 : isEvent(format) ? 9 : 5

/** `named`: formats that this telephone itself has named before. */
export const formatsForPhone = (
  kind: WebKind,
  formats: readonly Format[],
  named: readonly Format[] = [],
): Format[] => {
  const known = new Set(named.map(keyOf))
  const fit = formats.filter(
    (format) =>
      known.has(keyOf(format)) ||
      (kind === 'audio'
        ? isLaw(format) || format.name === 'g722' || (isEvent(format) && format.rate === 8000)
        : isBaseline(format) && format.parameters.includes('packetization-mode=1')),
  )
  const baselines = fit.filter(isBaseline)
  const baseline =
    baselines.find(({ parameters }) => /profile-level-id=42e0/i.test(parameters)) ?? baselines[0]
  return fit
    .filter((format) => !isBaseline(format) || format === baseline || known.has(keyOf(format)))
    .toSorted((a, b) => RANK(a) - RANK(b))
}

/** RFC 7742 §6.2: what is mandatory, and nothing that a telephone might stumble over. */
const parametersFor = (format: Format): string => {
  if (isEvent(format)) return '0-16'
  if (format.name === 'opus') return ''
  return format.parameters
}

const describe = (format: Format): string[] => {
  const { type, name, rate, channels } = format
  const parameters = parametersFor(format)
  const map = `a=rtpmap:${type} ${NAMES[name] ?? name}/${rate}${channels > 1 ? `/${channels}` : ''}`
  return parameters === '' ? [map] : [map, `a=fmtp:${type} ${parameters}`]
}

/** The feedback that the engine understands itself, RFC 4585 and RFC 5104. */
const FEEDBACK = ['nack pli', 'ccm fir']

/** A medium for a telephone; the port is for a relay to fill in. `profile`: as it said itself. */
export const plainMedium = (
  kind: WebKind,
  { formats, direction }: Terms,
  profile = 'RTP/AVP',
): SdpMedium => ({
  ...{ type: kind, port: 9, ports: 1, protocol: profile, formats: formats.map(({ type }) => `${type}`) },
  lines: [
    ...formats.flatMap(describe),
    ...(kind === 'video'
      ? formats.flatMap(({ type }) => FEEDBACK.map((word) => `a=rtcp-fb:${type} ${word}`))
      : ['a=ptime:20']),
    `a=${direction}`,
  ],
  ...{ connection: undefined, direction, rtcp: undefined, rtcpMux: false },
})

/** A medium that is refused or not offered any more, at its place. */
export const refusedMedium = ({ type, protocol, formats }: SdpMedium): SdpMedium => ({
  ...{ type, port: 0, ports: 1, protocol, formats, lines: [] },
  ...{ connection: undefined, direction: 'inactive', rtcp: undefined, rtcpMux: false },
})
