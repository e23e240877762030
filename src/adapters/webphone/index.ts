export { createWebCarrier, type WebCarrier } from './carrier.ts'
export { createLampFeed } from './lamp-feed.ts'
export { userOf } from './names.ts'
export type {
  Lamp,
  Lamps,
  Mailboxes,
  MailboxState,
  Tokens,
  WebphonePorts,
  WebphoneSettings,
} from './ports.ts'
export type { Upstream, UpstreamAccount, UpstreamState, UpstreamWish } from './upstream.ts'
export { createWebphone, type Webphone } from './webphone.ts'
