import type { Timers } from '#lib/clock'
import type { Flow } from '#lib/wire'
import type { SipLimits } from './limits.ts'

export type ConnectionsPorts = {
  timers: Timers
  limits: SipLimits
  onMessage(flow: Flow, octets: Uint8Array): void
}

export const createConnections = ({ onMessage }: ConnectionsPorts) => ({
  onData: (flow: Flow, octets: Buffer) => onMessage(flow, octets),
  onClose: (_flow: Flow) => {},
  figures: () => ({}),
})
