export { createWebCarrier, type WebCarrier } from './carrier.ts'
export { createLampFeed } from './lamp-feed.ts'
export { isExtension, userOf } from './names.ts'
export type { Tokens, WebphonePorts, WebphoneSettings } from './ports.ts'
export {
  isRefused,
  type Upstream,
  type UpstreamAccount,
  type UpstreamState,
  type UpstreamWish,
} from './upstream.ts'
export type { Lamp, Lamps, Mailboxes, MailboxState } from './watched.ts'
export { createWebphone, type Webphone } from './webphone.ts'
