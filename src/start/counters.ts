import type { CoreEvent, Events } from '#core'

/** Totals since the start, by name; names that never occurred are absent. */
export type Counters = { messages: Record<string, number>; errors: Record<string, number> }

/** States of a message that are somebody's trouble. */
const TROUBLE = new Set(['failed', 'expired', 'unknown'])

/** The counters of texts, beside those of SIP. */
export const TEXT_COUNTERS: readonly (readonly [name: string, meaning: string])[] = [
  ['text_<state>', 'steps in the lives of texts: text_queued, text_submitting, text_sent, text_delivered, …'],
]
export const TEXT_ERRORS: readonly (readonly [name: string, meaning: string])[] = [
  ['text_failed', 'texts that were refused for good'],
  ['text_expired', 'texts whose time ran out'],
  ['text_unknown', 'texts of which nobody will say what became of them'],
  [
    'text_cause_<cause>',
    'attempts that ended with that cause: of RP (TS 24.011 §8.2.5.4) below 128, else a SIP status',
  ],
]

/** SIP's counters and those of texts as one. */
export const createCounters = (sip: () => Counters, events: Pick<Events, 'subscribe'>): (() => Counters) => {
  const messages = new Map<string, number>()
  const errors = new Map<string, number>()
  const add = (counts: Map<string, number>, name: string): void =>
    void counts.set(name, (counts.get(name) ?? 0) + 1)
  events.subscribe((event: CoreEvent) => {
    if (event.kind !== 'message.changed') return
    const { state, cause } = event.step
    add(TROUBLE.has(state) ? errors : messages, `text_${state}`)
    if (cause !== undefined) add(errors, `text_cause_${cause}`)
  })
  return () => {
    const own = sip()
    return {
      messages: { ...own.messages, ...Object.fromEntries(messages) },
      errors: { ...own.errors, ...Object.fromEntries(errors) },
    }
  }
}
