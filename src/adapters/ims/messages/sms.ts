import type { Subscriber } from '#core'
import type { ServerTransaction } from '#sip'
import type { Later } from '../prove.ts'
import type { IncomingTextPorts, Replies } from './ports.ts'

export const createSms = (_ports: IncomingTextPorts, replies: Replies, _later: Later) => {
  return (transaction: ServerTransaction, _sender: Subscriber | undefined): void =>
    replies.reply(transaction, 415, [['Accept', 'text/plain']])
}
