import type { MessageLink } from '#lib/message-link'
import type { Random } from '#lib/random'
import type { Dialect, Pdu } from '#webcall'
import type { Account } from './ports.ts'
import type { WebCall } from './web-call.ts'

/** One browser: what it is told goes by the connection that it has at the moment, if any. */
export type Phone = {
  readonly name: string
  /** Undefined: a guest. */
  readonly account: Account | undefined
  /** Its calls by their cid. */
  readonly calls: Map<string, WebCall>
  /** It speaks JSON: what old clients cannot do is asked of these only. */
  readonly isNew: boolean
  /** A second incoming call is wanted. */
  waiting: boolean
  link: MessageLink | undefined
  say(pdu: Pdu): void
}

/** So many descriptions and states nobody needs to keep: what is said while there is no connection is lost. */
export const createPhone = (
  random: Random,
  dialect: Dialect,
  link: MessageLink,
  account: Account | undefined,
): Phone => {
  let seq = 0
  const phone: Phone = {
    ...{ name: random.token(16), account, calls: new Map(), isNew: dialect.name === 'json' },
    waiting: false,
    link,
    say(pdu) {
      const own = pdu.seq === undefined && !phone.isNew
      const text = dialect.print(own ? { ...pdu, seq: ++seq } : pdu)
      if (text !== undefined) phone.link?.send(text)
    },
  }
  return phone
}
