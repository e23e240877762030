import { codecsOf, heldDirection, mirrored } from './attributes.ts'
import type { Sdp, SdpMedium } from './description.ts'

/**
 * What a server offers that calls by itself: the speech codecs of handsets (3GPP TS 26.114 §6.2.2, GSMA IR.92 §3.2)
 * and of telephones, with keys. Port and address are for a relay to fill in.
 */
const SPEECH = [
  ...['b=AS:80', 'a=rtpmap:104 AMR-WB/16000', 'a=fmtp:104 mode-change-capability=2;max-red=0'],
  ...['a=rtpmap:102 AMR/8000', 'a=fmtp:102 mode-change-capability=2;max-red=0'],
  ...['a=rtpmap:8 PCMA/8000', 'a=rtpmap:0 PCMU/8000'],
  ...['a=rtpmap:105 telephone-event/16000', 'a=fmtp:105 0-15'],
  ...['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15'],
  ...['a=ptime:20', 'a=maxptime:240', 'a=sendrecv'],
]

export const HOUSE_OFFER: Sdp = {
  session: ['s=-', 't=0 0'],
  media: [
    {
      ...{ type: 'audio', port: 9, ports: 1, protocol: 'RTP/AVP' },
      formats: ['104', '102', '8', '0', '105', '101'],
      lines: SPEECH,
      ...{ connection: undefined, direction: 'sendrecv', rtcp: undefined, rtcpMux: false },
    },
  ],
}

const nameOf = (codec: { name: string; rate: number } | undefined, format: string): string =>
  codec ? `${codec.name.toLowerCase()}/${codec.rate}` : format

/** The codecs that both know, under the offer's numbers and with its parameters; those of `own` describe the rest. */
const answerMedium = (offered: SdpMedium, own: SdpMedium | undefined): SdpMedium => {
  const [theirs, ours] = [codecsOf(offered), own ? codecsOf(own) : new Map()]
  const known = new Set(own?.formats.map((format) => nameOf(ours.get(Number(format)), format)))
  const formats = offered.formats.filter((format) => known.has(nameOf(theirs.get(Number(format)), format)))
  if (
    !own ||
    own.port === 0 ||
    offered.port === 0 ||
    own.protocol !== offered.protocol ||
    formats.length === 0
  )
    return { ...offered, port: 0, ports: 1, lines: [] }
  const direction = mirrored(heldDirection(offered) ?? offered.direction)
  const lines = [
    ...own.lines.filter(
      (line) => line.startsWith('c=') || line.startsWith('b=') || line.startsWith('a=rtcp:'),
    ),
    ...offered.lines.filter((line) => {
      const format = /^a=(?:rtpmap|fmtp):(\d+) /.exec(line)?.[1]
      return format !== undefined && formats.includes(format)
    }),
    `a=${direction}`,
  ]
  return { ...own, formats, lines, direction }
}

/**
 * The answer (RFC 3264 §6) to a later offer, of someone who speaks from the places in `own`: one medium for each offered
 * one, at the place of `own`'s medium of that number where it is of the same type; all else is refused.
 */
export const answerAs = (own: Sdp, offer: Sdp): Sdp => ({
  session: own.session,
  media: offer.media.map((medium, index) => {
    const mine = own.media[index]
    return answerMedium(medium, mine?.type === medium.type ? mine : undefined)
  }),
})
