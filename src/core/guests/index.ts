export type * from './contract.ts'
export { createGuests, type GuestPorts } from './guests.ts'
