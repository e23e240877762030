import {
  type Carrier,
  extensionOf,
  type MessageDraft,
  type MessageRecord,
  type Messages,
  type Outcome,
  tagOfName,
} from '#core'
import { keep, readable } from '#lib/text'
import { parseAddress, parseRetryAfter, type ServerTransaction, tagOf, tokenOf } from '#sip'
import { attemptOf } from '../messages/attempt.ts'
import { contentOf, textIn } from '../messages/content.ts'
import { userPart } from '../trunks/line.ts'
import type { ProxyAccount, ProxyAccounts } from './accounts.ts'
import { type Asked, type AskingPorts, ask, outsideRequest } from './asking.ts'
import type { Reply } from './user.ts'

export type ProxyTextPorts = AskingPorts & {
  accounts: Pick<ProxyAccounts, 'called' | 'speaker'>
  host: string
  reply: Reply
  accept: Messages['accept']
}

/** RFC 3428 §8: larger ones may not fit into one datagram on the way. */
const MOST_OCTETS = 1300
const ROUTE = 'exchange'
const RETRY_AFTER: [string, string][] = [['Retry-After', '30']]
const MOST_DISPLAY = 128

/**
 * A text that is forked to several browsers of one extension bears one Call-ID, and is taken once: all of them get it from
 * here. An exchange that makes a request of its own for each browser sends as many texts.
 */
const draftOf = ({ request }: ServerTransaction, { found }: ProxyAccount, text: string): MessageDraft => {
  const { headers } = request
  const parsed = parseAddress(headers.get('From') ?? '')
  const { uri, display } = parsed.ok ? parsed.value : { uri: 'sip:anonymous@anonymous.invalid', display: '' }
  const { impi } = found.subscriber
  const [callId, cseq, tag] = [headers.get('Call-ID'), headers.get('CSeq'), tagOf(headers.get('From') ?? '')]
  const shown = readable(display).slice(0, MOST_DISPLAY)
  return {
    ...{ origin: 'sip', from: keep(uri), body: { kind: 'text', text } },
    to: { extension: impi, way: 'for', text: found.identity.uri },
    dedupe: `exchange-${tokenOf(`${impi} ${callId} ${cseq} ${tag}`)}`,
    ...(shown !== '' && { tag: tagOfName(shown) }),
  }
}

/** RFC 3428 §7: 202 says no more than that somebody will care for it. Who is busy or silent is asked again. */
const outcomeOf = ({ status, reason, headers, silent }: Asked): Outcome => {
  if (status === 202) return { kind: 'sent', route: ROUTE }
  if (status < 300) return { kind: 'delivered', route: ROUTE }
  if (silent) return { kind: 'retry', reason: 'the exchange does not answer', route: ROUTE, cause: status }
  const told = { reason: `answered ${status} ${reason}`, route: ROUTE, cause: status }
  if (status === 401 || status === 407) return { kind: 'away', ...told }
  if (status !== 503) return { kind: 'failed', ...told }
  const afterS = parseRetryAfter(headers.get('Retry-After') ?? '')
  return {
    kind: 'retry',
    ...told,
    ...(afterS !== undefined && { afterS: Math.min(Math.max(afterS, 5), 3600) }),
  }
}

/** Texts of and for extensions: kept as all others are, and page by page on the wire. */
export const createProxyTexts = (ports: ProxyTextPorts) => {
  const { accounts, host, reply, wire } = ports

  const answer = async (transaction: ServerTransaction, account: ProxyAccount): Promise<void> => {
    const content = contentOf(transaction.request)
    if (content.kind === 'refused') return reply(transaction, content.status, content.headers)
    if (content.kind === 'sms') return reply(transaction, 415, [['Accept', 'text/plain']])
    const read = textIn(transaction.request.body, content.charset)
    if (read === 'charset') return reply(transaction, 415, [['Accept', 'text/plain;charset=UTF-8']])
    if (read === 'malformed' || read.text === '') return reply(transaction, 400)
    const accepted = await ports.accept(draftOf(transaction, account, read.text))
    if (accepted.ok) return reply(transaction, 200)
    if (accepted.error === 'bad-request') return reply(transaction, 400)
    reply(transaction, 503, RETRY_AFTER)
  }

  const send = async (message: MessageRecord, account: ProxyAccount, body: Uint8Array): Promise<Outcome> => {
    const endpoint = account.line.endpoint()
    const flow = endpoint && wire.flowTo(account.line.transport, endpoint)
    if (!flow) return { kind: 'retry', reason: 'there is no way to the exchange', route: ROUTE, cause: 503 }
    const uri = `sip:${userPart(message.to)}@${host}`
    const { callId, tag: fromTag } = attemptOf(message, 0, 'text', host)
    const names = { from: `sip:${userPart(account.wish.tel)}@${host}`, to: uri, fromTag, callId }
    const request = outsideRequest('MESSAGE', uri, names)
    request.headers.add('Content-Type', 'text/plain;charset=UTF-8')
    request.body = body
    return outcomeOf(await ask(ports, request, flow, account.answerer()))
  }

  /** What extensions send: one after the other, by whichever browser of theirs is registered. */
  const carrier: Carrier = {
    async deliver(message) {
      const { body, queue } = message
      if (body.kind !== 'text') return { kind: 'failed', reason: 'an exchange takes text, not data' }
      const { impi = '', number = '' } = extensionOf(queue) ?? {}
      const account = accounts.speaker(impi, number)
      if (!account) return { kind: 'away', reason: 'not registered at the exchange' }
      const octets = new TextEncoder().encode(body.text)
      if (octets.length > MOST_OCTETS)
        return { kind: 'failed', reason: 'too long for the exchange', route: ROUTE, cause: 413 }
      return send(message, account, octets)
    },
  }

  return {
    carrier,
    take(transaction: ServerTransaction): boolean {
      const { request } = transaction
      const account = request.method === 'MESSAGE' ? accounts.called(request) : undefined
      if (!account) return false
      void answer(transaction, account).catch(() => reply(transaction, 500))
      return true
    },
  }
}
