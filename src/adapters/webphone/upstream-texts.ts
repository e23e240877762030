import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Seq } from '#webcall'
import { line } from './names.ts'
import type { Session } from './sessions.ts'
import type { UpstreamAccount, UpstreamText } from './upstream.ts'

/** A page has so long to say that it has a text; the exchange waits longer. */
const HAS_MS = 5000

const WORDS: Record<number, string> = {
  404: 'Nobody has that number.',
  408: 'The exchange does not answer.',
  413: 'The text is too long.',
  480: 'Nobody can be reached there at the moment.',
}

/** 1009 by way of another exchange: its own answer is the text's fate. */
export const sendUpstream = async (
  { phone }: Session,
  upstream: UpstreamAccount,
  { seq, mid, msg, to }: { seq: Seq; mid: string; msg: string; to: string },
): Promise<void> => {
  phone.say({ op: 2009, seq, code: 0 })
  const status = await upstream.text(to, msg)
  const sent = status < 300
  const code = sent ? 0 : status === 408 ? -1 : -status
  if (!phone.isNew) return phone.say({ op: 9006, mid, code })
  const reason = sent ? undefined : (WORDS[status] ?? 'The exchange has refused it.')
  const state = sent ? 'sent' : 'failed'
  phone.say({ op: 9006, mid, id: mid, code, state, ...(reason !== undefined && { reason }) })
}

/** 9005. True when the page has it; an old client's, when its connection takes it. */
export const takeUpstream = (
  { timers, random }: { timers: Timers; random: Random },
  { phone, account, awaited }: Session,
  { from, display, text }: UpstreamText,
): Promise<boolean> => {
  if (!phone.link?.open) return Promise.resolve(false)
  const id = random.token(16)
  const event = { op: 9005, id, from, to: account.tel, disp: line(display), msg: text } as const
  const tell = (): void => phone.say({ ...event, atMs: timers.clock.wallMs(), direction: 'in' })
  if (!phone.isNew) {
    tell()
    return Promise.resolve(true)
  }
  return new Promise((resolve) => {
    const done = (has: boolean): void => {
      timer.cancel()
      awaited.delete(id)
      resolve(has)
    }
    const timer = timers.after(HAS_MS, () => done(false))
    awaited.set(id, () => done(true))
    tell()
  })
}
