import type { MessageLink } from '#lib/message-link'
import type { Dialect, Pdu } from '#webcall'
import type { Session } from './sessions.ts'
import type { Phone } from './web-call.ts'

/** One connection: who is at its other end, and what it may say. */
export type Connection = {
  readonly link: MessageLink
  dialect: Dialect | undefined
  /** Of the last 1000: good for one use. */
  nonce: { text: string; untilMs: number } | undefined
  session: Session | undefined
  /** Another exchange is being asked whether it may come in. */
  entering: boolean
  guest: Phone | undefined
  say(pdu: Pdu): void
  /** Somebody at last. */
  known(): void
}

/** Takes the nonce, if it is still good: a second use finds none. */
export const takeNonce = (connection: Connection, nowMs: number): string => {
  const { nonce } = connection
  connection.nonce = undefined
  return nonce && nonce.untilMs > nowMs ? nonce.text : ''
}
