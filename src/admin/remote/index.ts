export type { Counters, RemoteDoor, RemoteHouse, RemoteLog } from './ports.ts'
export { type RemoteApi, type RemoteFault, serveRemoteApi } from './server.ts'
