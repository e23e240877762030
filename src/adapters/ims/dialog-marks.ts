import type { Dialogs } from '#core'
import type { SipMessage } from '#sip'

/** Names of our own: that of a message would keep its whole datagram alive. */
const METHODS = new Map(
  ['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', 'INFO', 'OPTIONS', 'REFER', 'MESSAGE'].map((name) => [
    name,
    name,
  ]),
)

/** Shows the messages of calls to those who follow their course: by Call-ID, method or status. */
export const createDialogMarks = (dialogs: Pick<Dialogs, 'onMessage'>) => {
  const mark = (type: 'send' | 'recv', message: SipMessage): void => {
    const callId = message.headers.get('Call-ID')
    if (callId === undefined) return
    const word = message.kind === 'request' ? METHODS.get(message.method) : message.status
    if (word !== undefined) dialogs.onMessage(type, callId, word)
  }
  return {
    onSent: (message: SipMessage): void => mark('send', message),
    onReceived: (message: SipMessage): void => mark('recv', message),
  }
}
