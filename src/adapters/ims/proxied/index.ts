export {
  createProxyAccounts,
  type ProxyAccount,
  type ProxyAccounts,
  type ProxyState,
  type ProxyWish,
} from './accounts.ts'
export { createOver } from './over.ts'
export { createParking } from './parking.ts'
export { createPowers } from './powers.ts'
export { createProxyTexts } from './texts.ts'
export { createProxiedUser, createReply } from './user.ts'
export { createDialogTable, createWatching, type ProxyLamp } from './watching.ts'
