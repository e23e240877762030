import type { AddressPlan, Fleet, GatewayInbox, Guard } from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'

/** One channel of a device, as it is configured. */
export type LineSettings = {
  id: string
  password: string
  /** Number of its SIM, where the device does not tell it. */
  number: string
  /** Lines of one device share its five sessions; empty: the line is a device of its own. */
  device: string
  /** What a keepalive is answered with: 0 by the manual, 200 by newer ones; and a wrong one. */
  status_ok: number
  status_refused: number
  wait_poll: WaitPoll
  /** See `numberFor`. */
  number_format: string
  pin_address: boolean
  ack_newline: boolean
  /** Texts go in one datagram, without a session of their own: newer firmware only. */
  direct_sms: boolean
  /** Calls and states of the line are kept; false: the device is told not to report them. */
  call_events: boolean
  /** What `module_ctl_i off` means to this firmware: 2 by the manual, 0 to DBL's own server. */
  module_off: number
}

/** After the first WAIT: never ask again, after 20 s of silence, or every 5 s as the manual says. */
export type WaitPoll = 'never' | 'silent' | 'spec'

export type GoipPorts = {
  timers: Timers
  random: Random
  log: Log
  fleet: Pick<Fleet, 'sight' | 'lose' | 'forget'>
  inbox: GatewayInbox
  /** Senders in national form become international ones. */
  addresses: Pick<AddressPlan, 'sender'>
  /** Only asked: a datagram's source can be forged, so that none may have its source blocked. */
  guard: Pick<Guard, 'blocked'>
  /** Sources that are never slowed down. */
  exempt?: (address: string) => boolean
  lines: LineSettings[]
}
