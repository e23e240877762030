export type { Credentials, IceDropped, IceLite, IceOutcome, IceSource } from './agent.ts'
export { type CheckAnswer, type CheckPlan, decodeAnswer, encodeCheck } from './client.ts'
export { createCredentials, createIceLite } from './lite.ts'
export { looksLikeStun, type StunError } from './stun.ts'
