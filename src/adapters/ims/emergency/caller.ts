import type { Caller, CallerParty, Refusal } from '#core'
import type { IncomingLeg, SipRequest } from '#sip'
import { type AlternativeAction, alternativeService } from './alternative.ts'

/** What a handset is told whose emergency call is not for us. */
export type AlternativePlan = { reason: string; action: AlternativeAction | undefined }

/** Somebody who proved nothing: what it says of itself is not passed on. */
export const nobody = (): Caller => ({
  identity: 'sip:anonymous@anonymous.invalid',
  display: '',
  anonymous: true,
  unproved: true,
})

/** Reasons for which a handset had better try another network than wait for us. */
const ELSEWHERE = new Set<Refusal>(['alternative-service', 'not-registered', 'overloaded', 'internal'])

/**
 * The caller of an emergency call: where ours cannot serve it, it is sent elsewhere. Who proved nothing is told to
 * register for emergencies first, when that is all that was missing.
 */
export const emergencyParty = (
  party: CallerParty,
  leg: IncomingLeg,
  request: SipRequest,
  plan: AlternativePlan & { own: string },
): CallerParty => ({
  ...party,
  refuse: (refused) => {
    const isNobody = refused.why === 'not-authorised'
    if (!isNobody && !ELSEWHERE.has(refused.why)) return party.refuse(refused)
    const told = alternativeService(request, isNobody ? { ...plan, action: 'emergency-registration' } : plan)
    leg.reject(told)
    return told.status
  },
})
