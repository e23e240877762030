export { nearAddress, ownAddresses, printEndpoint, shownAddress } from './addresses.ts'
export { type BannerFacts, printBanner } from './banner.ts'
export {
  authoritiesOf,
  certificateNames,
  configuredCertificate,
  needsCertificate,
  type Pem,
} from './certificate.ts'
export { type Counters, createCounters, TEXT_COUNTERS, TEXT_ERRORS } from './counters.ts'
export { createFileReader } from './description-file.ts'
export { dtlsTexts } from './dtls-certificate.ts'
export { alternativeOf, emergencyNumbersOf, emergencyPlanOf } from './emergency.ts'
export { createEventLog } from './event-log.ts'
export { createExempt } from './exempt.ts'
export { prepareFolder } from './folder.ts'
export { type GoipLineBook, openGoipLineBook } from './goip-lines.ts'
export { keptSecret } from './kept-secret.ts'
export { type ListenerPlan, listenersOf, type MediaPlan, mediaPlansOf } from './listeners.ts'
export { liveSettingsOf } from './live-settings.ts'
export { mailboxSettingsOf, soundsFolder } from './mailboxes.ts'
export type { PagePlace } from './phone-banner.ts'
export { readPidFile, writePidFile } from './pid-file.ts'
export { ensurePushKey } from './push-key.ts'
export {
  ensureRemoteKey,
  type RemoteAccess,
  readRemoteAccess,
  writeRemoteAccess,
} from './remote-access.ts'
export { keepDaysOf, startRetention } from './retention.ts'
export { routePlansOf, simRulesOf } from './routes.ts'
export { subscribersOf } from './subscribers.ts'
export { callPlansOf, createTrustedTrunks, type TrunkWish, trunkWishesOf } from './trunks.ts'
export { type WebMediaPlan, webMediaPlanOf } from './web-media.ts'
