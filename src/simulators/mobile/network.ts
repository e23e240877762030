import type { Timers } from '#lib/clock'

/** A text that has left a SIM: the one that counts, whatever the gateway says of it. */
export type MobileText = { from: string; to: string; text: string; atMs: number }

export type MobileNetwork = {
  /** A SIM comes up; what is sent to its number goes to `onText`. Returns how it leaves. */
  attach(number: string, onText: (text: MobileText) => void): () => void
  /** Takes a text from a SIM, and brings it to the one with that number if there is one. */
  submit(from: string, to: string, text: string): void
  /** A text from anywhere for a SIM; false when nobody has that number. */
  bring(from: string, to: string, text: string): boolean
}

export type MobileNetworkPorts = {
  timers: Timers
  /** Hears of every text that leaves a SIM. */
  onLeft?: (text: MobileText) => void
  /** What everybody outside answers, `%` being what they were sent; undefined: nobody answers. */
  reply?: string | undefined
  /** How long a text is under way, and how long people think. */
  travelMs?: number
  replyMs?: number
}

/** `+1 555 …`, `001555…` and `1555…` are the same number. */
const keyOf = (number: string): string => number.replace(/\D/g, '').replace(/^00/, '')

/** What joins simulated gateways: a text that one SIM sends arrives at the other. */
export const createMobileNetwork = ({
  timers,
  onLeft,
  reply,
  travelMs = 200,
  replyMs = 1000,
}: MobileNetworkPorts): MobileNetwork => {
  const sims = new Map<string, (text: MobileText) => void>()
  const network: MobileNetwork = {
    attach(number, onText) {
      const key = keyOf(number)
      sims.set(key, onText)
      return () => {
        if (sims.get(key) === onText) sims.delete(key)
      }
    },
    submit(from, to, text) {
      onLeft?.({ from, to, text, atMs: timers.clock.wallMs() })
      if (sims.has(keyOf(to))) timers.after(travelMs, () => void network.bring(from, to, text))
      else if (reply !== undefined) {
        const answer = reply.replaceAll('%', () => text)
        timers.after(travelMs + replyMs, () => void network.bring(to, from, answer))
      }
    },
    bring(from, to, text) {
      const sim = sims.get(keyOf(to))
      sim?.({ from, to, text, atMs: timers.clock.wallMs() })
      return sim !== undefined
    },
  }
  return network
}
