export { encryptPush, keysOf, type PushKeys } from './encrypt.ts'
export { createVapid, generateVapidKey, type Vapid } from './vapid.ts'
