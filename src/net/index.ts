export { type BindProblem, toBindProblem } from './bind-problem.ts'
export { loadOrCreateCertificate, selfSigned } from './certificate.ts'
export { createGuardedHttp, type GuardedHttp } from './guarded-http.ts'
export { createHttpClient, type HttpClient } from './http-client.ts'
export { createNames, type Names } from './names.ts'
export {
  type AttachedPlace,
  DEFAULT_LIMITS,
  type ListenerOptions,
  type OpenWire,
  type WireFigures,
  type WireLimits,
  type WireOptions,
} from './options.ts'
export { isBeyondLink, isPublic } from './reach.ts'
export { type OpenWebCall, openWebCall, type WebCallOptions } from './web-call.ts'
export { openWire } from './wire.ts'
