import { keep } from '#lib/text'
import { tagOf } from './address.ts'
import type { SipRequest } from './message.ts'
import type { Via } from './via.ts'

const COOKIE = 'z9hG4bK'

/**
 * Under which name a server transaction is found, RFC 3261 §17.2.3: branch, sent-by and method (`method`: that of the
 * transaction, so INVITE for its ACK). Without the magic cookie, or with nothing behind it, the fields by which
 * RFC 2543 told requests apart; the To tag is not among them, since an ACK has one that its INVITE had not.
 * The text is a copy and may be kept.
 */
export const keyOf = (request: SipRequest, { branch, host, port }: Via, method: string): string => {
  if (branch !== undefined && branch.length > COOKIE.length && branch.startsWith(COOKIE))
    return keep(`${branch} ${host} ${port ?? ''} ${method}`)
  return keep(`${dialogueText(request)} ${request.uri} ${branch ?? ''} ${host} ${port ?? ''} ${method}`)
}

/** What an ACK of a 2xx has in common with its INVITE, RFC 3261 §13.2.2.4. A copy. */
export const dialogueOf = (request: SipRequest): string => keep(dialogueText(request))

const dialogueText = ({ headers }: SipRequest): string => {
  const number = Number.parseInt(headers.get('CSeq') ?? '', 10)
  return `${headers.get('Call-ID') ?? ''} ${number} ${tagOf(headers.get('From') ?? '') ?? ''}`
}
