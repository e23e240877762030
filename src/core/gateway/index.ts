export { createGatewayInbox, type InboxPorts } from './inbox.ts'
export type * from './store.ts'
