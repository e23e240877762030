import type { MessageLink } from '#lib/message-link'
import type { Random } from '#lib/random'
import type { Dialect } from '#webcall'
import type { Account } from './ports.ts'
import type { Phone } from './web-call.ts'

/** What is said while there is no connection is lost: a client that comes back is told how things stand. */
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
