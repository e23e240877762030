export { type CallBack, createCallBack } from './call-back.ts'
export type * from './contract.ts'
export { createGuests, type GuestPorts } from './guests.ts'
