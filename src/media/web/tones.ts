import { encodeTelephoneEvent, eventOf } from '#rtp'
import type { Leg } from '../leg.ts'
import { PACKET } from '../memory.ts'
import type { Output } from './output.ts'

const STEP_MS = 20
/** RFC 7874 §3: pauses of 30 ms at least; shorter than 40 ms and longer than 8 s is no key. */
const PAUSE_MS = 70
const [LEAST_MS, MOST_MS] = [40, 8000]
const MOST_WAITING = 64
/** RFC 4733 §2.5.1.4. */
const ENDS = 3
const VOLUME = 10

/** Keys pressed by us, RFC 4733 §2.5.1: one timestamp a key, growing duration, three ends. */
export const createTones = (output: Output) => {
  const { bytes, view } = output.memory
  const active = new Set<Leg>()

  const press = (leg: Leg, digit: string, ms: number): void => {
    const event = eventOf(digit)
    const { web } = leg
    if (event === undefined || !web?.event || web.tones.length >= MOST_WAITING) return
    web.tones.push({ event, ms: Math.max(LEAST_MS, Math.min(ms, MOST_MS)) })
    active.add(leg)
  }

  const begin = (leg: Leg, nowMs: number): boolean => {
    const web = leg.web
    const next = web && nowMs >= web.quietUntilMs ? web.tones.shift() : undefined
    if (!web || !next) return false
    const timestamp = web.stream.timestampAt(nowMs, web.stream.rate || (web.event?.[1] ?? 8000))
    web.tone = { ...next, startMs: nowMs, nextMs: nowMs, timestamp, ends: 0 }
    return true
  }

  const send = (leg: Leg, nowMs: number): void => {
    const { web } = leg
    const tone = web?.tone
    if (!web || !tone || !web.event) return
    const [type, rate] = web.event
    const elapsedMs = Math.min(nowMs - tone.startMs + STEP_MS, tone.ms)
    const over = elapsedMs >= tone.ms
    const duration = Math.min(0xffff, Math.round((elapsedMs * rate) / 1000))
    const marker = tone.nextMs === tone.startMs ? 0x80 : 0
    bytes[PACKET] = 0x80
    bytes[PACKET + 1] = marker | type
    bytes.set(encodeTelephoneEvent({ event: tone.event, end: over, volume: VOLUME, duration }), PACKET + 12)
    web.stream.put(view, (web.stream.lastSequence + 1) & 0xffff, tone.timestamp, 16, nowMs)
    web.stream.broken = true
    output.rtp(leg, 16)
    tone.nextMs += STEP_MS
    if (over && ++tone.ends === ENDS) {
      web.tone = undefined
      web.quietUntilMs = nowMs + PAUSE_MS
    }
  }

  /** What is due. */
  const pulse = (nowMs: number): void => {
    for (const leg of active) {
      const { web } = leg
      if (!web || !leg.live) {
        active.delete(leg)
        continue
      }
      if (!web.tone && !begin(leg, nowMs)) {
        if (web.tones.length === 0) active.delete(leg)
        continue
      }
      while (web.tone && nowMs >= web.tone.nextMs) send(leg, nowMs)
    }
  }

  return {
    press,
    pulse,
    patienceMs: (): number => (active.size > 0 ? STEP_MS / 2 : Number.POSITIVE_INFINITY),
  }
}
