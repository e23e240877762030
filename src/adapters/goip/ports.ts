import type { Fleet, GatewayInbox, Guard } from '#core'
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
  number_format: string
  pin_address: boolean
  ack_newline: boolean
}

/** After the first WAIT: never ask again, after 20 s of silence, or every 5 s as the manual says. */
export type WaitPoll = 'never' | 'silent' | 'spec'

export type GoipPorts = {
  timers: Timers
  random: Random
  log: Log
  fleet: Pick<Fleet, 'sight' | 'lose'>
  inbox: GatewayInbox
  guard: Pick<Guard, 'fail' | 'succeed' | 'blocked'>
  lines: LineSettings[]
}
