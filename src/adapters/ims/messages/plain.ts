import type { MessageDraft, MessageRefusal, MessageTarget, Subscriber } from '#core'
import { keep } from '#lib/text'
import { parseAddress, parseUri, type ServerTransaction, type SipRequest, tagOf, tokenOf } from '#sip'
import { callerOf, keyOfUri } from '../identity.ts'
import type { Later } from '../prove.ts'
import { ACCEPTED, textIn } from './content.ts'
import { senderOf } from './names.ts'
import type { IncomingTextPorts, Replies } from './ports.ts'

/** RFC 3428 §7: who cannot be taken care of now is told when to come back. */
const RETRY_AFTER: [name: string, value: string][] = [['Retry-After', '30']]

const REFUSALS: Record<MessageRefusal, { status: number; headers?: [name: string, value: string][] }> = {
  'unknown-user': { status: 404 },
  forbidden: { status: 403 },
  'bad-request': { status: 400 },
  overloaded: { status: 503, headers: RETRY_AFTER },
  full: { status: 503, headers: RETRY_AFTER },
  failure: { status: 503, headers: RETRY_AFTER },
}

/** A number near which numbers are meant, as for calls. */
export const nearOf = (sender: Subscriber | undefined): string | undefined =>
  sender?.msisdn ?? sender?.identities[0]?.user

/** Whom it is for: the Request-URI, or To where the Request-URI names only a domain. */
export const targetUriOf = ({ uri, headers }: SipRequest): string => {
  const parsed = parseUri(uri)
  if (parsed.ok && parsed.value.user !== '') return uri
  const to = parseAddress(headers.get('To') ?? '')
  return to.ok ? to.value.uri : uri
}

const targetOf = (request: SipRequest, sender: Subscriber | undefined): MessageTarget | undefined => {
  const text = keep(targetUriOf(request))
  const parsed = parseUri(text)
  if (!parsed.ok || parsed.value.user === '') return undefined
  const near = nearOf(sender)
  return { ...keyOfUri(parsed.value), text, ...(near !== undefined && { near }) }
}

/** A sender that repeats itself repeats these, RFC 3261 §8.2.2.2, even where its branch is a new one. */
const dedupeOf = ({ headers }: SipRequest, sender: Subscriber | undefined): string => {
  const number = Number.parseInt(headers.get('CSeq') ?? '0', 10)
  const tag = tagOf(headers.get('From') ?? '') ?? ''
  return `sip-${tokenOf(`${sender?.impi ?? ''} ${headers.get('Call-ID')} ${number} ${tag}`)}`
}

/** A text/plain MESSAGE of a SIP phone becomes a message: 202 when it is on disk (RFC 3428 §7). */
export const createPlain = ({ messages, log }: IncomingTextPorts, { reply }: Replies, later: Later) => {
  const draftOf = (
    request: SipRequest,
    sender: Subscriber | undefined,
    text: string,
  ): MessageDraft | undefined => {
    const to = targetOf(request, sender)
    if (!to || text === '') return undefined
    const { identity, anonymous } = callerOf(request, sender)
    return {
      origin: 'sip',
      from: anonymous ? 'sip:anonymous@anonymous.invalid' : senderOf(identity, sender),
      ...(sender && { fromImpi: sender.impi }),
      to,
      body: { kind: 'text', text },
      dedupe: dedupeOf(request, sender),
    }
  }

  /** `sender`: undefined for a stranger behind a trusted neighbour. */
  return (
    transaction: ServerTransaction,
    sender: Subscriber | undefined,
    charset: string | undefined,
  ): void => {
    const { request } = transaction
    const content = textIn(request.body, charset)
    if (content === 'charset')
      return reply(transaction, 415, [['Accept', ACCEPTED.replace('text/plain', 'text/plain;charset=UTF-8')]])
    const draft = content === 'malformed' ? undefined : draftOf(request, sender, content.text)
    if (!draft) return reply(transaction, 400)
    later(transaction, messages.accept(draft), (accepted) => {
      if (accepted.ok) return reply(transaction, 202)
      const { status, headers } = REFUSALS[accepted.error]
      log.write('ims', 'info', `text refused: ${accepted.error}`, { user: sender?.impi ?? draft.from })
      reply(transaction, status, headers)
    })
  }
}
