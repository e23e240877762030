import type { LiveSettings } from '#core'

/** What an operator may change, as a house starts that was told nothing of it. */
export const liveSettings = (more: Partial<LiveSettings> = {}): LiveSettings => ({
  precondition: false,
  smsRetryDelayS: 30,
  smsExpiresS: 86_400,
  bindingExpiresS: 3600,
  subscribeExpiresS: 0,
  authOnRegisterOnly: false,
  dialogTimeoutS: 15,
  calledPartyId: true,
  smsMessageFilter: { cp_data: 'treat', cp_ack: 'treat', rp_data: 'treat', rp_ack: 'treat' },
  smsForcedCpCause: 0,
  smsForcedRpCause: 0,
  ...more,
})
