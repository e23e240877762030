export type { Counters, RemoteDoor, RemoteHouse, RemoteLog } from './ports.ts'
export { type RemoteApi, type RemoteFault, serveRemoteApi } from './server.ts'
export { type RemoteTarget, type Talk, talkTo } from './talk.ts'
