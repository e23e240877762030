import type { Settings } from '#config'
import type { LiveSettings } from '#core'

/** The values that may change while the house runs, as the configuration file starts them. */
export const liveSettingsOf = (settings: Settings): LiveSettings => ({
  precondition: settings.precondition,
  smsRetryDelayS: settings.sms_retry_delay,
  smsExpiresS: settings.sms_expires,
  bindingExpiresS: settings.binding_expires,
  subscribeExpiresS: settings.subscribe_expires,
  authOnRegisterOnly: settings.auth_on_register_only,
  dialogTimeoutS: settings.dialog_timeout,
  calledPartyId: settings.p_called_party_id,
  smsMessageFilter: { ...settings.sms_message_filter },
  smsForcedCpCause: settings.sms_forced_cp_cause,
  smsForcedRpCause: settings.sms_forced_rp_cause,
})
