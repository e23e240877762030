/** What a call sounds like, from getStats() once a second (facts of the E-model, simplified). */

export type Sample = {
  atMs: number
  packetsReceived: number
  packetsLost: number
  packetsSent: number
  jitterMs: number
  rttMs: number
  /** 0 to 1: our microphone and what comes from the far end. */
  level: number
  farLevel: number
  /** The far end reported on what we sent. */
  reported: boolean
}

export type Grade = 'excellent' | 'good' | 'fair' | 'poor' | 'none'

export type Quality = {
  mos: number
  grade: Grade
  rttMs: number
  jitterMs: number
  lossPercent: number
  level: number
  farLevel: number
  /** The verdict: do packets leave us, do packets come? */
  sending: boolean
  receiving: boolean
  /** Seconds without a packet from the far end. */
  silentS: number
}

export const mosOf = (rttMs: number, jitterMs: number, lossPercent: number): number => {
  const delay = rttMs / 2 + 2 * jitterMs + 10
  const r = Math.min(
    100,
    Math.max(0, 93.2 - (delay < 160 ? delay / 40 : (delay - 120) / 10) - 2.5 * lossPercent),
  )
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
}

export const gradeOf = (mos: number): Grade =>
  mos >= 4.1 ? 'excellent' : mos >= 3.7 ? 'good' : mos >= 3.1 ? 'fair' : 'poor'

type Stat = Record<string, unknown> & { type: string; kind?: string }
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

/** The audio figures of one report. */
export const sampleOf = (report: Iterable<Stat>, atMs: number): Sample => {
  const sample: Sample = {
    ...{ atMs, packetsReceived: 0, packetsLost: 0, packetsSent: 0, jitterMs: 0, rttMs: 0 },
    ...{ level: 0, farLevel: 0, reported: false },
  }
  let pathRtt = 0
  for (const one of report) {
    if (one.type === 'candidate-pair' && (one.nominated || one.selected))
      pathRtt = number(one.currentRoundTripTime) * 1000
    if (one.kind !== 'audio') continue
    if (one.type === 'inbound-rtp') {
      sample.packetsReceived += number(one.packetsReceived)
      sample.packetsLost += number(one.packetsLost)
      sample.jitterMs = Math.max(sample.jitterMs, number(one.jitter) * 1000)
      sample.farLevel = Math.max(sample.farLevel, number(one.audioLevel))
    } else if (one.type === 'outbound-rtp') sample.packetsSent += number(one.packetsSent)
    else if (one.type === 'media-source') sample.level = Math.max(sample.level, number(one.audioLevel))
    else if (one.type === 'remote-inbound-rtp') {
      sample.reported = true
      sample.rttMs = Math.max(sample.rttMs, number(one.roundTripTime) * 1000)
    }
  }
  if (sample.rttMs === 0) sample.rttMs = pathRtt
  return sample
}

/** What happened between two samples. */
export const qualityBetween = (last: Sample, now: Sample, before?: Quality): Quality => {
  // After a change of the far source the counters may start anew.
  const got = Math.max(0, now.packetsReceived - last.packetsReceived)
  const lost = Math.max(0, now.packetsLost - last.packetsLost)
  const lossPercent = got + lost === 0 ? 0 : (100 * lost) / (got + lost)
  const receiving = got > 0
  const silentS = receiving ? 0 : (before?.silentS ?? 0) + (now.atMs - last.atMs) / 1000
  const mos = receiving ? mosOf(now.rttMs, now.jitterMs, lossPercent) : 1
  return {
    mos,
    grade: receiving ? gradeOf(mos) : 'none',
    rttMs: now.rttMs,
    jitterMs: now.jitterMs,
    lossPercent,
    level: now.level,
    farLevel: now.farLevel,
    sending: now.packetsSent > last.packetsSent,
    receiving,
    silentS,
  }
}

/** True after 3 bad of the last 5, false again after 3 good ones in a row. */
export const createAlarm = (): ((bad: boolean) => boolean) => {
  let recent: boolean[] = []
  let raised = false
  return (bad) => {
    recent = [...recent.slice(-4), bad]
    if (!raised && recent.filter(Boolean).length >= 3) raised = true
    else if (raised && recent.length >= 3 && recent.slice(-3).every((one) => !one)) raised = false
    return raised
  }
}

export const isBad = ({ mos, rttMs, jitterMs, lossPercent }: Quality): boolean =>
  rttMs > 400 || jitterMs > 30 || lossPercent > 3 || mos < 3.5
