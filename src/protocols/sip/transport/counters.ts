/** Methods that are counted by name; others together. First and third letter tell them, and `SIP/`, apart. */
export const COUNTED_METHODS = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'UPDATE',
  'INFO',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'REFER',
] as const
const OTHER = COUNTED_METHODS.length
const RESPONSE = OTHER + 1
/** Responses are counted by status, 100 to 699, at this distance from it. */
const SIZE = RESPONSE + 700

const keyOf = (first: number, third: number): number => ((first & 31) << 5) | (third & 31)
const PLACES = new Uint8Array(1024).fill(OTHER)
for (const [place, word] of [...COUNTED_METHODS, '', 'SIP/'].entries())
  PLACES[keyOf(word.charCodeAt(0), word.charCodeAt(2))] = word === '' ? OTHER : place

/** What came and went, by kind, since the start. */
export type MessageCounts = {
  received(octets: Uint8Array): void
  sent(text: string): void
  /** By name, those that occurred: `sip_register_rx` (came), `sip_200_tx` (went), `sip_other_rx`. */
  named(): Record<string, number>
}

/** Counts with a few look-ups of octets and no garbage, since each message passes here, repetitions too. */
export const createMessageCounts = (): MessageCounts => {
  // Floating point: a busy house passes 2^31 in a day.
  const came = new Float64Array(SIZE)
  const went = new Float64Array(SIZE)
  const add = (counts: Float64Array, place: number, a: number, b: number, c: number): void => {
    const status = place === RESPONSE ? (a - 48) * 100 + (b - 48) * 10 + (c - 48) : 0
    const at = status >= 100 && status <= 699 ? RESPONSE + status : place === RESPONSE ? OTHER : place
    counts[at] = (counts[at] as number) + 1
  }
  const name = (counts: Float64Array, ending: string, into: Record<string, number>): void => {
    for (let at = 0; at < SIZE; at++) {
      const count = counts[at] as number
      if (count === 0) continue
      const word = at > RESPONSE ? `${at - RESPONSE}` : (COUNTED_METHODS[at]?.toLowerCase() ?? 'other')
      into[`sip_${word}_${ending}`] = count
    }
  }
  return {
    received(octets) {
      // A line end is nothing yet: streams are kept alive by it, RFC 5626 §3.5.1.
      if (octets.length < 12) return add(came, OTHER, 0, 0, 0)
      const place = PLACES[keyOf(octets[0] as number, octets[2] as number)] as number
      add(came, place, octets[8] as number, octets[9] as number, octets[10] as number)
    },
    sent(text) {
      const place = PLACES[keyOf(text.charCodeAt(0), text.charCodeAt(2))] as number
      add(went, place, text.charCodeAt(8), text.charCodeAt(9), text.charCodeAt(10))
    },
    named() {
      const counts: Record<string, number> = {}
      name(came, 'rx', counts)
      name(went, 'tx', counts)
      return counts
    },
  }
}

/** Everything that `counters()` may name, with its meaning; `<method>` and `<status>` stand for what was seen. */
export const SIP_COUNTERS: readonly (readonly [name: string, meaning: string])[] = [
  [
    'sip_<method>_rx',
    `requests received, repetitions too: ${COUNTED_METHODS.join(', ').toLowerCase()}, other`,
  ],
  ['sip_<method>_tx', 'requests sent, repetitions too'],
  ['sip_<status>_rx', 'responses received, by status: sip_200_rx, sip_486_rx'],
  ['sip_<status>_tx', 'responses sent, by status'],
]
export const SIP_ERRORS: readonly (readonly [name: string, meaning: string])[] = [
  ['sip_malformed', 'messages that could not be understood'],
  ['sip_bad_answered', 'of those, the ones answered with 400 or the like'],
  ['sip_timeout', 'requests of ours that nobody answered'],
  ['sip_stray', 'responses that belong to no request of ours'],
  ['sip_overload', 'requests refused with 503, because a bound was reached'],
  ['sip_unsent', 'messages that could not be sent: the connection was gone, or its peer does not read'],
  ['sip_bug', 'faults of our own while a message was handled, see the log'],
]
