import type { Timers } from '#lib/clock'
import type { EjoinPort } from './port.ts'
import { REGISTERED } from './port.ts'

const MINUTE_S = 60
const CALLING = 4

/** One call over a port: a CDR each minute once it is answered, and one at its end. `MT` is out into the network. */
export const runCall = (
  { timers, report }: { timers: Timers; report: (cdr: Record<string, unknown>) => void },
  port: EjoinPort,
  { direction, number, seconds }: { direction: 'in' | 'out'; number: string; seconds: number },
): void => {
  const begin = Math.floor(timers.clock.wallMs() / 1000)
  const answer = begin + 1
  const own = port.card.number.replace(/^\+/, '')
  const { card } = port
  const cdr = (update: number, end: number) => ({
    ...{
      port: port.name,
      seq: ++port.count.seq,
      st: port.st,
      imei: card.imei,
      imsi: card.imsi,
      iccid: card.iccid,
    },
    ...{ sn: own, opr: `00101 ${card.operator}`, sig: 24, bal: '4.20', sip_usr: '' },
    ...{ cid: `${begin}-${port.index}-${port.count.seq}@sim`, cdir: direction === 'out' ? 'MT' : 'MO' },
    ...(direction === 'out' ? { caller: own, callee: number } : { caller: number, callee: own }),
    ...{ begin, alert: begin, answer, update, end },
    ...(end > 0 ? { reason: '200 Caller Hangup', gw_reason: '0' } : { reason: '', gw_reason: '' }),
  })
  const first = cdr(0, 0)
  const step = (gone: number): void => {
    const left = seconds - gone
    const passes = Math.min(left, MINUTE_S)
    timers.after(passes * 1000, () => {
      if (port.st !== CALLING) return
      const now = answer + gone + passes
      const over = left <= MINUTE_S
      report({ ...cdr(over ? 0 : now, over ? now : 0), cid: first.cid })
      if (!over) return step(gone + passes)
      port.count.minutes += Math.ceil(seconds / MINUTE_S)
      port.enter(REGISTERED)
    })
  }
  port.enter(CALLING)
  step(0)
}
