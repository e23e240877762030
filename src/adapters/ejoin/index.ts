export { createEjoin, type Ejoin } from './ejoin.ts'
export type {
  DeviceSettings,
  EjoinPorts,
  EjoinReply,
  EjoinRequest,
  HttpFault,
  HttpOptions,
  HttpReply,
  HttpRequest,
} from './ports.ts'
