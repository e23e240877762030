export type { Credentials, IceDropped, IceLite, IceOutcome, IceSource } from './agent.ts'
