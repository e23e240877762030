import { err, ok, type Result } from '#lib/result'
import type { Call } from '../call.ts'
import type { Dialled, Refused, Seat } from '../call-ports.ts'
import type { Side } from '../ports.ts'
import { isSeat } from './sitting.ts'

/** An exchange that does not put calls through itself says so by these: then the house does it. */
const NOT_ITS_BUSINESS = new Set([405, 420, 501, 603])

/** The far party's own exchange puts it through. Undefined: that is for the house to do. */
export const putThroughElsewhere = async (
  callOf: (id: string) => Call | undefined,
  call: Call,
  by: Side,
  to: Dialled | Seat,
  told: (status: number) => void = () => {},
): Promise<Result<void, Refused> | undefined> => {
  const far = call.other(by)
  if (!far?.refer || !call.isAnswered || call.over || call.away !== undefined) return undefined
  const second = isSeat(to) ? callOf(to.call) : undefined
  if (isSeat(to) && !second?.isAnswered) return undefined
  const target = isSeat(to) ? second?.other(to.side)?.address?.() : to
  if (target === undefined) return undefined
  const done = await far.refer(target, told)
  if (!done.ok) return NOT_ITS_BUSINESS.has(done.error.said ?? 0) ? undefined : done
  for (const one of [second, call]) one?.end('transferred')
  return done
}

/** The far party's own exchange keeps what is said. Undefined: that is for the house to do. */
export const recordElsewhere = (
  call: Call,
  by: Side,
  on: boolean,
): Promise<Result<void, Refused>> | undefined =>
  call
    .other(by)
    ?.record?.(on)
    .then((status) => (status < 300 ? ok(undefined) : err({ why: 'peer-failure', status, said: status })))
