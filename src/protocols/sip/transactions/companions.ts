import { createRequest, type SipRequest, type SipResponse } from '../grammar/message.ts'

/** Number of the CSeq as text, whatever follows it. */
const numberOf = (cseq: string): string => {
  const end = cseq.search(/[ \t]/)
  return end < 0 ? cseq : cseq.slice(0, end)
}

/** A request that shares the INVITE's branch, dialogue names and route, RFC 3261 §9.1 and §17.1.1.3. */
const companionOf = (invite: SipRequest, method: 'ACK' | 'CANCEL', to: string): SipRequest => {
  const request = createRequest(method, invite.uri)
  const { headers } = request
  headers.add('Via', invite.headers.get('Via') ?? '').add('Max-Forwards', '70')
  for (const route of invite.headers.all('Route')) headers.add('Route', route)
  headers.add('From', invite.headers.get('From') ?? '').add('To', to)
  headers.add('Call-ID', invite.headers.get('Call-ID') ?? '')
  headers.add('CSeq', `${numberOf(invite.headers.get('CSeq') ?? '0')} ${method}`)
  return request
}

/** ACK of a final answer that is no 2xx. `invite` has its Via already. */
export const ackOf = (invite: SipRequest, response: SipResponse): SipRequest =>
  companionOf(invite, 'ACK', response.headers.get('To') ?? '')

/** CANCEL of an INVITE, with further headers such as Reason. */
export const cancelOf = (invite: SipRequest, headers: [name: string, value: string][]): SipRequest => {
  const cancel = companionOf(invite, 'CANCEL', invite.headers.get('To') ?? '')
  for (const [name, value] of headers) cancel.headers.add(name, value)
  return cancel
}
