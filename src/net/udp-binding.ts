import type { Endpoint } from '#lib/wire'
import type { Place } from './place.ts'
import type { UdpFlow, UdpSender } from './udp-flow.ts'

export type UdpBinding = {
  at: Endpoint
  /** On `::`: take IPv4 as well. */
  dual: boolean
  placeAt(port: number): Place
}

export type OpenUdp = UdpSender & {
  /** Datagrams that could not be sent. */
  readonly dropped: number
  flowTo(to: Endpoint): UdpFlow | undefined
  close(): Promise<void>
}
