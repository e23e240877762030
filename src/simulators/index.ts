export type { Audio } from './call-media.ts'
export { type EjoinCommandPorts, runEjoin } from './ejoin/command.ts'
export {
  EJOIN_QUIRKS,
  type EjoinAnswer,
  type EjoinAsk,
  type EjoinDevice,
  type EjoinEvent,
  type EjoinManner,
  type EjoinOptions,
  type EjoinPorts,
  type EjoinQuirk,
  type EjoinSwitch,
  realEjoin,
} from './ejoin/contract.ts'
export { createEjoinDevice } from './ejoin/device.ts'
export { ejoinOptions, type KnownEjoin } from './ejoin/options.ts'
export { type GoipCommandPorts, runGoip } from './goip/command.ts'
export type {
  GoipDevice,
  GoipEvent,
  GoipLine,
  GoipLineSetup,
  GoipManner,
  GoipOptions,
  GoipPorts,
} from './goip/contract.ts'
export { realGoip } from './goip/contract.ts'
export { createGoipDevice } from './goip/device.ts'
export { goipOptions, type KnownLine } from './goip/options.ts'
export { GOIP_QUIRKS, type GoipQuirk } from './goip/quirks.ts'
export type { MediaSocket, OpenMedia } from './media-socket.ts'
export { type Chance, createChance } from './mobile/chance.ts'
export type { GatewayCommandPorts } from './mobile/command.ts'
export { createMobileNetwork, type MobileNetwork, type MobileText } from './mobile/network.ts'
export { fastRadio, type RadioManner, realRadio } from './mobile/radio.ts'
export { type MobileSim, simCardAt } from './mobile/sim-card.ts'
export { exposed, fairWeather, type Weather } from './mobile/weather.ts'
export type { UeOptions } from './option-reader.ts'
export type { TextEvent, TextPolicy, TextReport, TextWish } from './texts/contract.ts'
export { createUe, type Ue, type UePorts } from './ue.ts'
export type { CallControls } from './ue-call.ts'
export { runUe, type UeCommandPorts } from './ue-command.ts'
export type { CallReport, UeEvent } from './ue-event.ts'
export { identityOfImsi, type UeAlgorithm, type UeIdentity } from './ue-identity.ts'
export type { IncomingPolicy } from './ue-incoming.ts'
export { identityOfUser, type KnownUser, ueOptions } from './ue-options.ts'
export type { CallWish } from './ue-outgoing.ts'
export type { RegisterResult } from './ue-registration.ts'
export { decodeWav, encodeWav } from './wav.ts'
export * from './webphone/index.ts'
