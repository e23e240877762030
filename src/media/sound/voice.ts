import type { Report, SoundCommand } from '../commands.ts'
import { ULAW_SILENCE, ULAW_TO_ALAW } from '../g711.ts'
import type { Leg } from '../leg.ts'
import { PACKET } from '../memory.ts'
import type { Output } from '../web/output.ts'

const STEP_MS = 20
const STEP = 160
/** More is asked for when less than this is left. */
const LOW = 2 * 8000
/** How long a party whose place only its packets can tell is waited for. */
const PATIENCE_MS = 3000
/** After a standstill of the thread no more than this is made up for. */
const MOST_LATE_MS = 200

type Voice = {
  side: 'caller' | 'callee'
  script: number
  type: number
  alaw: boolean
  queue: Uint8Array[]
  at: number
  left: number
  more: boolean
  asked: boolean
  over: boolean
  since: number
  /** Undefined: not yet begun. */
  nextMs: number | undefined
  timestamp: number
}

export type VoicesPorts = {
  output: Output
  report(report: Report): void
  legOf(call: number, side: 'caller' | 'callee'): Leg | undefined
}

const takesSound = ({ direction }: Leg): boolean => direction === 'sendrecv' || direction === 'recvonly'

/** What the house says in calls: G.711 in steps of 20 ms, and silence when it has nothing to say. */
export const createVoices = ({ output, report, legOf }: VoicesPorts) => {
  const { bytes, view } = output.memory
  const voices = new Map<number, Voice>()

  const begin = ({ call, side, script, type, alaw }: SoundCommand & { op: 'voice' }, nowMs: number): void => {
    const present = voices.get(call)
    const clock = { nextMs: present?.nextMs, timestamp: present?.timestamp ?? 0 }
    if (present?.script === script) Object.assign(present, { side, type, alaw })
    else
      voices.set(call, {
        ...{ side, script, type, alaw, queue: [], at: 0, left: 0 },
        ...{ more: true, asked: false, over: false, since: nowMs, ...clock },
      })
  }

  const say = ({ call, script, octets, more }: SoundCommand & { op: 'say' }): void => {
    const voice = voices.get(call)
    if (voice?.script !== script) return
    const part = Buffer.from(octets, 'base64')
    if (part.length > 0) voice.queue.push(part)
    voice.left += part.length
    voice.more = more
    voice.asked = false
  }

  /** Whether the party can be reached by now. */
  const isReady = (leg: Leg, voice: Voice, nowMs: number): boolean => {
    const port = leg.web?.port
    if (port) return port.known && port.outbound !== undefined && port.legs[0] === leg
    return leg.rtp.known || nowMs - voice.since >= PATIENCE_MS
  }

  /** The next step's octets, at their place in the packet; silence fills what is missing. */
  const fill = (voice: Voice): void => {
    bytes.fill(ULAW_SILENCE, PACKET + 12, PACKET + 12 + STEP)
    for (let done = 0; done < STEP; ) {
      const part = voice.queue[0]
      if (!part) break
      const size = Math.min(STEP - done, part.length - voice.at)
      bytes.set(part.subarray(voice.at, voice.at + size), PACKET + 12 + done)
      done += size
      voice.at += size
      voice.left -= size
      if (voice.at < part.length) continue
      voice.queue.shift()
      voice.at = 0
    }
    if (voice.alaw)
      for (let i = PACKET + 12; i < PACKET + 12 + STEP; i++)
        bytes[i] = ULAW_TO_ALAW[bytes[i] as number] as number
  }

  const send = (leg: Leg, voice: Voice, nowMs: number): void => {
    const { web } = leg
    fill(voice)
    if (!web || web.tone || !takesSound(leg) || (web.port && web.port.legs[0] !== leg)) return
    const { stream } = web
    bytes[PACKET] = 0x80
    bytes[PACKET + 1] = (stream.packets === 0 ? 0x80 : 0) | voice.type
    stream.rate = 8000
    stream.put(view, (stream.lastSequence + 1) & 0xffff, voice.timestamp, STEP + 12, nowMs)
    // Whoever speaks here next goes on from where we are.
    stream.broken = true
    output.rtp(leg, STEP + 12)
  }

  const tell = (call: number, voice: Voice): void => {
    if (voice.over) return
    if (voice.left === 0 && !voice.more) {
      voice.over = true
      report({ op: 'said', call, script: voice.script, more: false })
    } else if (voice.more && !voice.asked && voice.left < LOW) {
      voice.asked = true
      report({ op: 'said', call, script: voice.script, more: true })
    }
  }

  const step = (call: number, voice: Voice, nowMs: number): void => {
    const leg = legOf(call, voice.side)
    if (!leg?.web) return
    if (voice.nextMs === undefined) {
      if (!isReady(leg, voice, nowMs)) return
      voice.nextMs = nowMs
      voice.timestamp = leg.web.stream.timestampAt(nowMs, 8000)
    }
    const late = nowMs - voice.nextMs - MOST_LATE_MS
    if (late > 0) {
      voice.nextMs += late
      voice.timestamp = (voice.timestamp + late * 8) >>> 0
    }
    while (nowMs >= voice.nextMs) {
      send(leg, voice, nowMs)
      voice.nextMs += STEP_MS
      voice.timestamp = (voice.timestamp + STEP) >>> 0
    }
    tell(call, voice)
  }

  return {
    begin,
    say,
    end: (call: number): void => void voices.delete(call),
    pulse: (nowMs: number): void => {
      for (const [call, voice] of voices) step(call, voice, nowMs)
    },
    patienceMs: (nowMs: number): number => {
      let most = Number.POSITIVE_INFINITY
      for (const { nextMs } of voices.values())
        most = Math.min(most, nextMs === undefined ? STEP_MS : Math.max(1, Math.ceil(nextMs - nowMs)))
      return most
    },
  }
}
