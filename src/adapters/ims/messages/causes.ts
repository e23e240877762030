import type { MessageRefusal } from '#core'
import { RP_CAUSE } from '#sms'

/** Why the service centre does not take something: RP-Cause, and TP-Failure-Cause of the report in it. */
export type RpFault = { cause: number; failure?: number; why: string }

/** The face that each refusal of the house shows in RP, TS 24.011 §8.2.5.4, and in TP, TS 23.040 §9.2.3.22. */
const REFUSALS: Record<MessageRefusal, RpFault> = {
  'unknown-user': { cause: RP_CAUSE.unassigned, failure: 0xc3, why: 'unknown number' },
  forbidden: { cause: RP_CAUSE.barred, failure: 0xd0, why: 'no route lets it pass' },
  'bad-request': { cause: RP_CAUSE.semantic, failure: 0xff, why: 'not a message that can be kept' },
  overloaded: { cause: RP_CAUSE.congestion, failure: 0xc0, why: 'too many messages wait' },
  full: {
    cause: RP_CAUSE.congestion,
    failure: 0xc0,
    why: 'too many messages of this sender, or for this number, wait',
  },
  failure: { cause: RP_CAUSE.congestion, failure: 0xc2, why: 'the disk does not take it' },
}

export const rpCauseOf = (refusal: MessageRefusal): RpFault => REFUSALS[refusal]

export const BAD_RP: RpFault = { cause: RP_CAUSE.invalidMandatory, why: 'malformed RP' }
export const UNKNOWN_RP: RpFault = { cause: RP_CAUSE.unknownType, why: 'unknown RP type' }
export const BAD_TPDU: RpFault = { cause: RP_CAUSE.protocolError, failure: 0xff, why: 'malformed TPDU' }
export const UNFIT_TPDU: RpFault = { cause: RP_CAUSE.semantic, failure: 0xb0, why: 'unexpected TPDU' }
/** SMS-COMMAND: nothing that was submitted can be asked for or taken back this way. */
export const NO_COMMANDS: RpFault = { cause: RP_CAUSE.notImplemented, failure: 0xa1, why: 'SMS-COMMAND' }
/** `sms_message_filter: { rp_data: "reject" }`. */
export const FILTERED: RpFault = { cause: RP_CAUSE.rejected, why: 'sms_message_filter' }
