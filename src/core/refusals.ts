/** Why the house says no. Each adapter has one table that turns these words into its own dialect. */
export const REFUSALS = [
  'bad-request',
  'not-authorised',
  'forbidden',
  'unknown-user',
  'not-registered',
  'busy',
  'declined',
  'no-answer',
  'cancelled',
  'not-acceptable-media',
  'overloaded',
  'unsupported-address',
  'alternative-service',
  'peer-failure',
  'internal',
] as const
export type Refusal = (typeof REFUSALS)[number]
