import type { GatewayCall } from '#core'
import type { CallView } from '../contract.ts'
import type { GatewayDesk } from './ports.ts'
import { gatewayCallViewOf } from './views.ts'

/** A gateway's clock and ours, and the time that a call takes to reach the mobile network. */
const APART_MS = 30_000
const MOST = 1000

/** Numbers are told apart well enough by their last digits, however they are written. */
const tailOf = (address: string): string => {
  const user = address.replace(/^(?:sips?|tel):|[@;].*$/g, '')
  const digits = user.replace(/\D/g, '')
  return digits.length >= 4 && /^[+\d\s()*#.-]+$/.test(user) ? digits.slice(-7) : ''
}

const beganMs = ({ beginMs, answerMs, endMs }: GatewayCall): number => beginMs ?? answerMs ?? endMs ?? 0

const isNamed = ({ callId }: GatewayCall, { callIds }: CallView): boolean =>
  callId !== undefined && callIds.includes(callId)

/** Of about the same time, and one of its numbers is one of ours. */
const isLike = (call: GatewayCall, view: CallView): boolean => {
  const theirs = tailOf(call.outgoing ? call.callee : call.caller)
  if (call.callId !== undefined || theirs === '') return false
  if (![view.caller, view.callee, view.dialled].some((ours) => tailOf(ours) === theirs)) return false
  const [from, to] = [Date.parse(view.startedAt), Date.parse(view.endedAt ?? view.startedAt)]
  return beganMs(call) >= from - APART_MS && beganMs(call) <= to + APART_MS
}

/** Calls with what the gateway recorded of them, where one had them as well. Each record of a gateway is used once. */
export const joinGateways = async (
  { fleet, records }: Pick<GatewayDesk, 'fleet' | 'records'>,
  views: CallView[],
): Promise<CallView[]> => {
  if (views.length === 0 || fleet.devices().length === 0) return views
  const times = views.map(({ startedAt }) => Date.parse(startedAt))
  const ends = views.map(({ endedAt, startedAt }) => Date.parse(endedAt ?? startedAt))
  const found = await records.calls({
    limit: MOST,
    sinceMs: Math.min(...times) - APART_MS,
    beforeMs: Math.max(...ends) + APART_MS + 1,
  })
  const left = new Set(found)
  const take = (fits: (call: GatewayCall) => boolean): GatewayCall | undefined => {
    for (const call of left) if (fits(call)) return left.delete(call) ? call : undefined
    return undefined
  }
  const named = views.map((view) => take((call) => isNamed(call, view)))
  return views.map((view, at) => {
    const call = named[at] ?? take((one) => isLike(one, view))
    return call ? { ...view, gateway: gatewayCallViewOf(call) } : view
  })
}
