import type { Clock } from '#lib/clock'

/** What a handset says of a part that it was given, TS 24.011 §7.3.3 and §7.3.4. `failure`: TP-FCS. */
export type Verdict = { kind: 'ack' } | { kind: 'error'; cause: number; failure?: number | undefined }

/** `settle` tells the handset that its word arrived: to be called when what follows from it is on disk. */
export type Reported = { verdict: Verdict; settle(): void }

export type Delivery = {
  impi: string
  id: string
  part: number
  /** RP-Message-Reference. */
  reference: number
  onReport(reported: Reported): void
}

/** `named`: which message and part it answers, where the handset says so (In-Reply-To). */
export type Report = Reported & {
  impi: string
  named: { id: string; part: number } | undefined
  reference: number
}

type Early = { reported: Reported; impi: string; atMs: number }

/** Words for which nobody waits yet, and for how long they are worth something. */
const MOST_EARLY = 2000
const EARLY_MS = 15 * 60_000

/**
 * Parts that were handed over and wait for the handset's word. A word is matched by what it names, else by its
 * reference, and always within its own subscriber: nobody can speak for another.
 */
export const createDeliveries = (clock: Clock) => {
  const byPart = new Map<string, Delivery>()
  const byReference = new Map<string, Delivery>()
  const early = new Map<string, Early>()
  const partKey = ({ id, part }: { id: string; part: number }): string => `${id} ${part}`
  const referenceKey = ({ impi, reference }: { impi: string; reference: number }): string =>
    `${impi} ${reference}`

  const find = (report: Report): Delivery | undefined => {
    const { named, impi } = report
    const delivery = named ? byPart.get(partKey(named)) : byReference.get(referenceKey(report))
    return delivery?.impi === impi ? delivery : undefined
  }

  return {
    open(delivery: Delivery): void {
      byPart.set(partKey(delivery), delivery)
      byReference.set(referenceKey(delivery), delivery)
    },
    close(delivery: Delivery): void {
      const [part, reference] = [partKey(delivery), referenceKey(delivery)]
      if (byPart.get(part) === delivery) byPart.delete(part)
      if (byReference.get(reference) === delivery) byReference.delete(reference)
    },
    /** False when nobody waits for it. */
    take(report: Report): boolean {
      const delivery = find(report)
      delivery?.onReport({ verdict: report.verdict, settle: report.settle })
      return delivery !== undefined
    },
    /** An acknowledgement that came too late for its attempt, or before this server's new life took it up. */
    keepEarly(named: { id: string; part: number }, impi: string, reported: Reported): void {
      const key = partKey(named)
      early.delete(key)
      if (early.size >= MOST_EARLY) early.delete(early.keys().next().value as string)
      early.set(key, { reported, impi, atMs: clock.nowMs() })
    },
    takeEarly(named: { id: string; part: number }, impi: string): Reported | undefined {
      const key = partKey(named)
      const found = early.get(key)
      early.delete(key)
      const isGood = found && found.impi === impi && clock.nowMs() - found.atMs < EARLY_MS
      return isGood ? found.reported : undefined
    },
    get size(): number {
      return byPart.size
    },
  }
}
export type Deliveries = ReturnType<typeof createDeliveries>
