import type { Memory } from './memory.ts'

/**
 * A worker's sockets. Datagrams are handed over in `memory`: the octets at PACKET, the source at SOURCE.
 * Whoever is called may change both until it returns.
 */
export type Sockets = {
  readonly memory: Memory
  /** Binds the slot; `done` gets an empty text, or why it could not be. */
  open(slot: number, bind: string, port: number, done: (why: string) => void): void
  /** Sends `length` octets from `at` to the sockaddr at `target`. False: the kernel did not take it. */
  send(slot: number, at: number, length: number, target: number): boolean
  shut(slot: number): void
  /** Ends all. */
  close(): void
}

export type SocketUser = {
  /** Before the datagrams of a turn. */
  onArrival(): void
  onDatagram(slot: number, length: number): void
  /** Once per turn of the loop, at least every 250 ms. False ends the loop. */
  onTurn(): boolean
  /** How long the loop may sleep when nothing comes, TURN_MS at most. */
  patienceMs(): number
}

export const TURN_MS = 250
