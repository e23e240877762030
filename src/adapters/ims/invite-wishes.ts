import type { Calls, Seat, Subscriber } from '#core'
import type { Flow } from '#lib/wire'
import { type Legs, parseReplaces, type SipRequest } from '#sip'

/** A call that is to take another one's place, RFC 3891 §3: which seat, or the status that it is refused with. */
export const replacedBy = (
  { headers }: SipRequest,
  { legs, calls }: { legs: Pick<Legs, 'named'>; calls: Pick<Calls, 'personAt'> },
  caller: Subscriber | undefined,
  /** Of a neighbour whom we believe: whether a flow is its own. */
  isIts: ((flow: Flow) => boolean) | undefined,
): { seat: Seat } | { status: number } | undefined => {
  const [value, ...more] = headers.all('Replaces')
  if (value === undefined) return undefined
  const replaced = more.length > 0 ? undefined : parseReplaces(value)
  if (!replaced) return { status: 400 }
  const session = legs.named(replaced)
  const seat = session?.seat
  if (!session || !seat || !session.confirmed) return { status: 481 }
  if (replaced.earlyOnly) return { status: 486 }
  // One's own call on another phone of one's own; a neighbour's may be taken over by itself, but none of our people's.
  const person = calls.personAt(seat)
  const isOwn = caller !== undefined && person?.impi === caller.impi
  const isNeighbours = person === undefined && isIts?.(session.flow) === true
  return isOwn || isNeighbours ? { seat: { call: seat.call, side: seat.side } } : { status: 403 }
}

const AFTER = /;\s*answer-after\s*=\s*"?0+(?!\d)/i
const ALERT = /;\s*info\s*=\s*"?alert-autoanswer\b/i

/** The called phone is to answer by itself: RFC 5373, and two older ways of saying it. */
export const wantsAnswerNow = ({ headers }: SipRequest): boolean => {
  const mode = headers.get('Answer-Mode') ?? headers.get('Priv-Answer-Mode') ?? ''
  if (/^\s*auto\b/i.test(mode)) return true
  const alert = headers.all('Alert-Info').join()
  return AFTER.test(alert) || ALERT.test(alert) || AFTER.test(headers.all('Call-Info').join())
}
