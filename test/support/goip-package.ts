import { createRequire } from 'node:module'

/** The parts of the npm package `goip` (0.2.0, without types) that tests use: somebody else's server and client. */
export type ForeignMessage = { attributes(): Record<string, string>; constructor: { name: string } }
export type ForeignServer = {
  run(): void
  close(): void
  onAll(hear: (message: ForeignMessage) => void): void
}
export type ForeignClient = {
  sendOne(
    number: string,
    text: string,
    id?: number,
  ): Promise<{ sendid: string; telid: string; sms_no?: string; raw: string }>
}
export type GoipPackage = {
  ServerFactory: { make(port: number, options: { address: string }): ForeignServer }
  SocketSms: new (address: string, port: number, password: string, timeoutMs?: number) => ForeignClient
}

export const goipPackage = (): GoipPackage => createRequire(import.meta.url)('goip') as GoipPackage
