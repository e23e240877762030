/** The messages of SMS that a test operator may have ignored or refused, manual 5.2 sms_message_filter. */
export type SmsMessageKind = 'cp_data' | 'cp_ack' | 'rp_data' | 'rp_ack'
export type SmsTreatment = 'treat' | 'ignore' | 'reject'

/**
 * What an operator may change while the house runs (manual 6.4, config_set). One object, shared; whoever needs a
 * value reads it at the moment of use, so that a change takes effect at once.
 */
export type LiveSettings = {
  precondition: boolean
  smsRetryDelayS: number
  smsExpiresS: number
  bindingExpiresS: number
  /** 0: what the subscriber asks for. */
  subscribeExpiresS: number
  /** For users whose entry says nothing of its own. */
  authOnRegisterOnly: boolean
  /** 0: never. */
  dialogTimeoutS: number
  calledPartyId: boolean
  smsMessageFilter: Record<SmsMessageKind, SmsTreatment>
  /** 0: the cause that the house chooses. */
  smsForcedCpCause: number
  smsForcedRpCause: number
}
