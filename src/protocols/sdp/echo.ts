import { type Codec, codecsOf, heldDirection, mirrored, payloadTypesOf } from './attributes.ts'
import type { Sdp, SdpMedium } from './description.ts'
import { isRelayable, isSealed } from './relay.ts'

/** Formats that carry no picture or speech of their own. */
const AUXILIARY = new Set(['telephone-event', 'cn', 'red', 'rtx', 'ulpfec', 'flexfec-03', 'flexfec'])
const isMain = (codec: Codec | undefined): boolean => !AUXILIARY.has(codec?.name.toLowerCase() ?? '')

/** One codec, as 3GPP TS 26.114 §6.2.2 asks of an answer, and the telephone-event that runs at its clock. */
const chooseFormats = (medium: SdpMedium): number[] => {
  const codecs = codecsOf(medium)
  const types = payloadTypesOf(medium)
  const main = types.find((type) => isMain(codecs.get(type)))
  if (main === undefined) return []
  const events = types.filter((type) => codecs.get(type)?.name.toLowerCase() === 'telephone-event')
  const rate = codecs.get(main)?.rate ?? 8000
  const event = events.find((type) => codecs.get(type)?.rate === rate) ?? events[0]
  return event === undefined ? [main] : [main, event]
}

const PER_FORMAT = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+|\*) /
const PER_MEDIUM = /^(?:b=|a=(?:ptime|maxptime|extmap|rtcp-rsize)(?::|$))/

const keeps = (line: string, formats: number[]): boolean => {
  const format = PER_FORMAT.exec(line)?.[1]
  if (format !== undefined) return format === '*' || formats.includes(Number(format))
  return PER_MEDIUM.test(line)
}

const answerMedium = (medium: SdpMedium): SdpMedium => {
  const formats = isRelayable(medium) && !isSealed(medium) ? chooseFormats(medium) : []
  if (formats.length === 0) return { ...medium, port: 0, lines: [] }
  const direction = mirrored(heldDirection(medium) ?? medium.direction)
  const lines = medium.lines.filter((line) => keeps(line, formats))
  lines.push(`a=${direction}`)
  return { ...medium, formats: formats.map(String), lines, direction }
}

/**
 * The answer of someone who sends back what arrives: the first codec of every audio and video medium under the
 * offered payload type, with its parameters. Ports and address are still the offer's: `relayBody` puts one's own.
 */
export const echoAnswer = (offer: Sdp): Sdp => ({
  session: ['s=-', ...offer.session.filter((line) => line.startsWith('t='))],
  media: offer.media.map(answerMedium),
})
