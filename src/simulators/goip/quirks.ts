/**
 * How firmware differs from its manual; each is a name on the command line.
 * `forgets`: a text under way is not listed, so that asking again sends it again. `polled`: results are told only when
 * asked for. `mute`: they are never told. `no-sms-no`: OK without a number, and no delivery reports. `repeats-receipts`,
 * `negative-receipts`: a clock without NTP. `ignores-done`: sessions end after 90 s only. `busy`: half of the sessions are
 * refused.
 */
export const GOIP_QUIRKS = [
  'forgets',
  'polled',
  'mute',
  'no-sms-no',
  'repeats-receipts',
  'negative-receipts',
  'ignores-done',
  'busy',
] as const
export type GoipQuirk = (typeof GOIP_QUIRKS)[number]

/** How many fields a keepalive has: the oldest firmware, the manual's, and a new one. */
export type GoipFirmware = 3 | 7 | 18
