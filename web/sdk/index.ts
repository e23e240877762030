export type {
  Api,
  BookEntry,
  BookGroup,
  Conversation,
  HistoryCall,
  HistoryRecording,
  MailMessage,
  Me,
  PhoneConfig,
  Recording,
  StoredText,
} from './api.ts'
export { ApiError, createApi } from './api.ts'
export type { Call } from './call-contract.ts'
export type { CallState, CallView, SecondCall } from './call-view.ts'
export type { Calls } from './calls.ts'
export type { Choice, Device, DeviceKind, DeviceList, Devices } from './devices.ts'
export type { Cell, Emitter } from './emitter.ts'
export { createCell, createEmitter } from './emitter.ts'
export { type LineState, NO_FEATURES } from './line.ts'
export type { OneTab, TabState } from './one-tab.ts'
export { createOneTab } from './one-tab.ts'
export type { Phone, PhoneOptions } from './phone.ts'
export { createPhone } from './phone.ts'
export type { Features, Lamp, LampWord, VoiceMail } from './protocol.ts'
export type { Grade, Quality } from './quality.ts'
export { gradeOf, mosOf } from './quality.ts'
export type { Speaker } from './speaker.ts'
export type { Fate, Text } from './texts.ts'
export type { Trouble, TroubleName } from './troubles.ts'
export { captureTrouble, TroubleError, troubleIn, troubleOf } from './troubles.ts'
export type { World } from './world.ts'
export { browserWorld } from './world.ts'
