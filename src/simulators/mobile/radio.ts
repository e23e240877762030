import type { Timers } from '#lib/clock'
import type { Chance } from './chance.ts'
import type { MobileNetwork } from './network.ts'

/** `error`: +CMS ERROR of the mobile network. */
export type RadioResult = { ok: true } | { ok: false; error: number }

/** How long one text takes, and how many of a hundred fail, with which errors. */
export type RadioManner = { leastMs: number; mostMs: number; failPercent: number; errors: readonly number[] }

export const realRadio: RadioManner = { leastMs: 2000, mostMs: 5000, failPercent: 0, errors: [38] }
export const fastRadio: RadioManner = { ...realRadio, leastMs: 10, mostMs: 30 }

type Job = { to: string; text: string; done: (result: RadioResult) => void }

export type Radio = {
  send(to: string, text: string, done: (result: RadioResult) => void): void
  /** Out of the mobile network: what is sent fails with 331. */
  registered: boolean
  readonly waiting: number
  /** Power fails: what has not left will not. */
  stop(): void
}

/** Sends one text after the other, as the module of a port does. */
export const createRadio = (
  { timers, chance, network }: { timers: Timers; chance: Chance; network: MobileNetwork },
  numberOf: () => string,
  { leastMs, mostMs, failPercent, errors }: RadioManner,
): Radio => {
  const jobs: Job[] = []
  let power = 0
  let busy = false

  const resultOf = ({ to, text }: Job): RadioResult => {
    if (!radio.registered) return { ok: false, error: 331 }
    if (chance.happens(failPercent))
      return { ok: false, error: errors[chance.between(0, errors.length - 1)] ?? 1 }
    network.submit(numberOf(), to, text)
    return { ok: true }
  }
  const next = (): void => {
    const job = jobs.shift()
    busy = job !== undefined
    const at = power
    if (!job) return
    timers.after(chance.between(leastMs, mostMs), () => {
      if (at !== power) return
      job.done(resultOf(job))
      next()
    })
  }
  const radio: Radio = {
    registered: true,
    send(to, text, done) {
      jobs.push({ to, text, done })
      if (!busy) next()
    },
    get waiting() {
      return jobs.length + (busy ? 1 : 0)
    },
    stop() {
      power++
      busy = false
      jobs.length = 0
    },
  }
  return radio
}
