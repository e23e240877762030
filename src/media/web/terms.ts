import type { Direction, Format, WebKind } from '#sdp'
import { counterpartOf, directionFrom, isEvent, isLaw, mirrored, receives, sends } from '#sdp'
import type { Turn } from '../commands.ts'
import type { WebTerms } from './transport.ts'

const format = (
  type: number,
  name: string,
  rate: number,
  more: Partial<Pick<Format, 'channels' | 'parameters' | 'feedback'>> = {},
): Format => ({ type, name, rate, channels: 1, parameters: '', feedback: [], ...more })

const PICTURE = { feedback: ['nack', 'nack pli', 'ccm fir', 'goog-remb'] }

/** What every browser knows (RFC 7874 §3, RFC 7742 §5), what telephones know first. */
export const BROWSER_FORMATS: Record<WebKind, readonly Format[]> = {
  audio: [
    ...[format(0, 'pcmu', 8000), format(8, 'pcma', 8000), format(9, 'g722', 8000)],
    format(111, 'opus', 48_000, { channels: 2, parameters: 'minptime=10;useinbandfec=1' }),
    format(126, 'telephone-event', 8000, { parameters: '0-16' }),
    format(110, 'telephone-event', 48_000, { parameters: '0-16' }),
  ],
  video: [
    format(96, 'vp8', 90_000, PICTURE),
    format(102, 'h264', 90_000, {
      ...PICTURE,
      parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
    }),
  ],
}

/** What the engine understands in place of a telephone, RFC 4585 and RFC 5104. */
const OWN_FEEDBACK = ['nack pli', 'ccm fir']

/** A telephone's formats as a browser is told of them. */
export const formatsForBrowser = (formats: readonly Format[]): Format[] =>
  formats.map((one) => {
    if (one.name === 'h264') {
      const mode = /packetization-mode=([12])/.exec(one.parameters)?.[1] ?? '0'
      const profile = /profile-level-id=([0-9A-Fa-f]{6})/.exec(one.parameters)?.[1] ?? '42e01f'
      // RFC 7742 §6.2.1: parameter sets are in-band, the level is each side's own.
      const parameters = `level-asymmetry-allowed=1;packetization-mode=${mode};profile-level-id=${profile.startsWith('42') ? '42e01f' : profile}`
      return { ...one, parameters, feedback: OWN_FEEDBACK }
    }
    if (one.name === 'vp8')
      return { ...one, parameters: '', feedback: [...new Set([...one.feedback, ...OWN_FEEDBACK])] }
    return isEvent(one) ? { ...one, parameters: '0-16' } : one
  })

/** A direction that says no more than the other side's allows, RFC 3264 §6.1. */
export const within = (own: Direction, others: Direction): Direction => {
  const most = mirrored(others)
  return directionFrom(sends(own) && sends(most), receives(own) && receives(most))
}

/** The same formats under the numbers that they had before where they had one, and never under another's. */
export const renumbered = (formats: readonly Format[], before: readonly Format[]): Format[] => {
  const used = new Set(before.map(({ type }) => type))
  const found: Format[] = []
  for (const one of formats) {
    const known = before.find(
      (other) => other.name === one.name && other.rate === one.rate && other.channels === one.channels,
    )
    let type = known?.type ?? one.type
    if (!known) while (used.has(type)) type = type < 96 || type >= 127 ? 96 : type + 1
    used.add(type)
    if (!found.some((other) => other.type === type)) found.push({ ...one, type })
  }
  return found
}

/** One codec and the keys of its clock: what an echo answers with. */
export const oneOf = (formats: readonly Format[]): Format[] => {
  const main = formats.find((one) => !isEvent(one))
  if (!main) return []
  const events = formats.filter(isEvent)
  const event = events.find(({ rate }) => rate === main.rate) ?? events[0]
  return event ? [main, event] : [main]
}

/** What becomes of each payload type on its way from one side to the other. */
export const turnsOf = (from: readonly Format[], to: readonly Format[]): Turn[] => {
  const turns: Turn[] = []
  for (const one of from) {
    const other = counterpartOf(one, to)
    if (!other) continue
    const law = isLaw(one) && one.name !== other.name
    const how = isEvent(one) ? 'event' : law ? (other.name === 'pcma' ? 'to-alaw' : 'to-ulaw') : 'pass'
    turns.push({ type: one.type, to: other.type, how, rate: one.rate, toRate: other.rate, codec: other.name })
  }
  return turns
}

/** What the house itself speaks with a telephone: G.711 as the party likes it best, and its keys. */
export const telephoneFormats = (formats: readonly Format[]): Format[] => {
  const law = formats.find(isLaw)
  const event = formats.find((one) => isEvent(one) && one.rate === 8000)
  return [law, law && event].filter((one) => one !== undefined)
}

/** The telephone-event that a side understands, next to the clock of its speech. */
export const eventOfFormats = (formats: readonly Format[]): [type: number, rate: number] | undefined => {
  const [, event] = oneOf(formats)
  return event && [event.type, event.rate]
}

export const hasSpeech = (terms: WebTerms): boolean =>
  Object.values(terms).some((one) => one?.formats.some((known) => !isEvent(known)))
