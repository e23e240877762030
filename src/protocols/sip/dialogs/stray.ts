import { createRequest, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { dialogOfResponse, requestIn } from './dialog.ts'

/**
 * What ends a dialogue that a 2xx made and nobody wants, RFC 3261 §13.2.2.4: ACK and BYE, from the response alone.
 */
export const endOfStray = (response: SipResponse): { ack: SipRequest; bye: SipRequest } => {
  const invite = createRequest('INVITE', '')
  for (const name of ['From', 'Call-ID', 'CSeq']) invite.headers.add(name, response.headers.get(name) ?? '')
  const dialog = dialogOfResponse(invite, response)
  return { ack: requestIn(dialog, 'ACK', dialog.localSeq), bye: requestIn(dialog, 'BYE') }
}
