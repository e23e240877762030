export type * from './contract.ts'
export { createFeed, type Feed } from './events/feed.ts'
export type { GatewayDesk, GoipLineDesk, RouteDesk } from './gateways/ports.ts'
export { createMetrics, type HouseFigures } from './metrics/metrics.ts'
export {
  type AttachedMonitor,
  attachMonitor,
  converse,
  HISTORY_FILE,
  runMonitor,
  type Terminal,
} from './monitor/client.ts'
export type { Command } from './monitor/command.ts'
export { createGatewayCommands } from './monitor/gateways.ts'
export { type History, openHistory } from './monitor/history.ts'
export { createHouseCommands, type HouseCommandPorts } from './monitor/house-commands.ts'
export { createMonitor, type Monitor } from './monitor/monitor.ts'
export { createOperations, type OperationPorts } from './monitor/operations.ts'
export { type MonitorServer, monitorAnswers, serveMonitor } from './monitor/server.ts'
export { createTextCommands, type TextPorts } from './monitor/texts.ts'
export { ensureAdminPassword, type Password } from './password.ts'
export { createPhoneBook } from './phone/book/book.ts'
export type { HistoryCall } from './phone/history.ts'
export { createPhone, type Phone } from './phone/mount.ts'
export type { PhonePorts } from './phone/ports.ts'
export { openPhoneServers, type PhoneServers } from './phone/server.ts'
export { createPhoneSessions } from './phone/sessions.ts'
export { createTokens, type Tokens } from './phone/tokens.ts'
export type { AdminPorts, ApiKey, Candidates, House, Listen, MonitorPorts, RecordQuery } from './ports.ts'
export {
  type RemoteApi,
  type RemoteDoor,
  type RemoteHouse,
  type RemoteTarget,
  serveRemoteApi,
  talkTo,
} from './remote/index.ts'
export { createApp } from './rest/app.ts'
export { targetsOf } from './rest/messages/target.ts'
export { type Admin, type AdminFault, createAdmin } from './rest/server.ts'
export { userViewOf } from './rest/user-view.ts'
export { createLetters } from './webhooks/letters.ts'
export { tapFeed, tapMessages, tellOfDeadCalls } from './webhooks/tap.ts'
export {
  createWebhooks,
  KEEP_MS as EVENTS_KEEP_MS,
  type WebhookEntry,
  type Webhooks,
  wantedBy,
} from './webhooks/webhooks.ts'
