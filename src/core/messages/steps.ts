import { FINAL_STATES, type MessageRecord, type MessageState, type MessageStep } from './record.ts'

/** A text that is retried for days has a timeline that ends; its beginning and its latest steps are what one asks for. */
const MOST_STEPS = 60
const FIRST_STEPS = 10

export const isFinal = (state: MessageState): boolean => FINAL_STATES.includes(state)

const unexplained = ({
  reason: _reason,
  cause: _cause,
  route: _route,
  ...rest
}: MessageRecord): MessageRecord => rest

/** The message one step further: a record of its own, which whoever asked for it may complete. */
export const withStep = (m: MessageRecord, step: MessageStep): MessageRecord => {
  const { state, reason, cause, route } = step
  const steps = [...m.steps, step]
  if (steps.length > MOST_STEPS) steps.splice(FIRST_STEPS, steps.length - MOST_STEPS)
  // Nearly every text takes its steps without: one copy then, and none by way of a dictionary.
  const isStale =
    (m.reason !== undefined && reason === undefined) ||
    (m.cause !== undefined && cause === undefined) ||
    (m.route !== undefined && route === undefined)
  const next = { ...(isStale ? unexplained(m) : m), state, steps }
  if (reason !== undefined) next.reason = reason
  if (cause !== undefined) next.cause = cause
  if (route !== undefined) next.route = route
  return next
}

/** TP-Status, TS 23.040 §9.2.3.15; states of which a sender hears nothing are absent. `sent`: nobody has told more until the end. */
const STATUS: Partial<Record<MessageState, number>> = {
  ...{ delivered: 0x00, sent: 0x01, failed: 0x40, expired: 0x46 },
}
/** Causes of RP (TS 24.011 §8.2.5.4) that have a TP-Status of their own. */
const STATUS_OF_CAUSE: Record<number, number> = {
  /** Rejected: connection rejected by SME. */ 21: 0x42,
  /** Memory exceeded, given up: error in SME. */ 22: 0x65,
  /** Destination out of order: no response from SME. */ 27: 0x62,
  /** Unidentified, unknown subscriber: not obtainable. */ 28: 0x43,
  30: 0x43,
}

/** It went out by a SIM card; what came in by one has its card in `via`, too. */
export const leftByCard = ({ via, origin }: MessageRecord): boolean =>
  via !== undefined && origin !== 'gateway'

/** The status that a sender's report gives for a message in its present state; undefined: none is sent. */
export const statusOf = (m: MessageRecord): number | undefined => {
  const { state, cause } = m
  const status = STATUS[state]
  if (state !== 'failed' || cause === undefined) return status
  // What a card's network said of it in the end is a status already.
  if (leftByCard(m) && cause >= 0x40 && cause <= 0x7f) return cause
  return STATUS_OF_CAUSE[cause] ?? status
}
