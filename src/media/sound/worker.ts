import type { Report, SoundCommand } from '../commands.ts'
import type { LiveCall } from '../leg.ts'
import type { Output } from '../web/output.ts'
import { Tap } from './tap.ts'
import { createVoices } from './voice.ts'

export type SoundsPorts = {
  output: Output
  report(report: Report): void
  callOf(call: number): LiveCall | undefined
  inFlight: Int32Array
}

/** What a worker keeps of calls, and says in them. */
export const createSounds = ({ output, report, callOf, inFlight }: SoundsPorts) => {
  const tapped = new Map<number, LiveCall>()
  const voices = createVoices({
    ...{ output, report },
    legOf: (call, side) => callOf(call)?.media.get(0)?.legs[side],
  })
  // A batch of packets shares the relay's time, which is too coarse to say when each of them came.
  const ports = { report, inFlight, nowMs: () => performance.now() }

  const endTap = (id: number): void => {
    const call = tapped.get(id)
    call?.tap?.tell(true)
    tapped.delete(id)
    if (call) call.tap = undefined
  }

  const tap = ({ call: id, tap: number }: SoundCommand & { op: 'tap' }): void => {
    endTap(id)
    const call = number === 0 ? undefined : callOf(id)
    if (call) {
      call.tap = new Tap(id, number, ports)
      tapped.set(id, call)
    } else if (number !== 0)
      report({ op: 'tapped', call: id, tap: number, octets: new Uint8Array(8), last: true })
  }

  return {
    apply: (command: SoundCommand, nowMs: number): void => {
      if (command.op === 'tap') tap(command)
      else if (command.op === 'say') voices.say(command)
      else voices.begin(command, nowMs)
    },
    closed: (call: number): void => {
      endTap(call)
      voices.end(call)
    },
    pulse: (nowMs: number): void => {
      voices.pulse(nowMs)
      for (const call of tapped.values()) call.tap?.pulse(performance.now())
    },
    patienceMs: voices.patienceMs,
  }
}
