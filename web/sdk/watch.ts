import { createAlarm, isBad, type Quality, qualityBetween, type Sample, sampleOf } from './quality.ts'
import type { World } from './world.ts'

/** Looks at a call each second. */
export type WatchEvents = {
  onQuality(quality: Quality, poor: boolean): void
  /** Each fifth second, for op 1017. */
  onReport(quality: Quality): void
  /** Nothing came for some seconds; once per silence. */
  onSilence(): void
  /** Our microphone has given nothing at all for ten seconds, or gives something again. */
  onMicrophone?(silent: boolean): void
}

const EVERY_MS = 1000
const REPORT_EVERY = 5
const SILENT_S = 5
const MUTE_S = 10

export const createWatch = (
  world: World,
  connection: () => Pick<RTCPeerConnection, 'getStats'>,
  { onQuality, onReport, onSilence, onMicrophone }: WatchEvents,
): (() => void) => {
  let last: Sample | undefined
  let quality: Quality | undefined
  let turns = 0
  let told = false
  let mute = 0
  let stopped = false
  let cancel = () => {}
  const alarm = createAlarm()

  const look = async (): Promise<void> => {
    const report = await connection()
      .getStats()
      .catch(() => undefined)
    if (stopped || !report) return
    const now = sampleOf(
      report.values() as Iterable<Record<string, unknown> & { type: string }>,
      world.nowMs(),
    )
    if (last) {
      quality = qualityBetween(last, now, quality)
      onQuality(quality, alarm(isBad(quality)))
      if (++turns % REPORT_EVERY === 0) onReport(quality)
      const before = mute
      mute = now.level === 0 ? mute + 1 : 0
      if (mute === MUTE_S) onMicrophone?.(true)
      else if (mute === 0 && before >= MUTE_S) onMicrophone?.(false)
      if (quality.silentS < SILENT_S) told = false
      else if (!told) {
        told = true
        onSilence()
      }
    }
    last = now
  }

  const again = (): void => {
    cancel = world.after(EVERY_MS, () => void look().finally(() => !stopped && again()))
  }
  again()
  return () => {
    stopped = true
    cancel()
  }
}
