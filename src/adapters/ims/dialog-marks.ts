import type { Dialogs } from '#core'
import type { SipMessage } from '#sip'

/** Shows the messages of calls to those who follow their course: by Call-ID, method or status. */
export const createDialogMarks = (dialogs: Pick<Dialogs, 'onMessage'>) => {
  const mark = (type: 'send' | 'recv', message: SipMessage): void => {
    const callId = message.headers.get('Call-ID')
    if (callId === undefined) return
    dialogs.onMessage(type, callId, message.kind === 'request' ? message.method : message.status)
  }
  return {
    onSent: (message: SipMessage): void => mark('send', message),
    onReceived: (message: SipMessage): void => mark('recv', message),
  }
}
