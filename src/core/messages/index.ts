export type * from './contract.ts'
export { createMessages, type MessagePorts } from './messages.ts'
export * from './record.ts'
export type * from './store.ts'
