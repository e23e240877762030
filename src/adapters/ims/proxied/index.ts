export {
  createProxyAccounts,
  type ProxyAccount,
  type ProxyAccounts,
  type ProxyState,
  type ProxyWish,
} from './accounts.ts'
export { createOver } from './over.ts'
export type { PowersOf } from './powers.ts'
export { createProxiedUser } from './user.ts'
