export { createWebCarrier, type WebCarrier } from './carrier.ts'
export type {
  Lamp,
  Lamps,
  Mailboxes,
  MailboxState,
  Tokens,
  WebphonePorts,
  WebphoneSettings,
} from './ports.ts'
export { createWebphone, type Webphone } from './webphone.ts'
