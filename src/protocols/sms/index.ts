export type * from './contract.ts'
export type { SmsDirection, SmsFault } from './faults.ts'
