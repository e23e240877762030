import { octets } from '#lib/text'
import type { ServerTransaction } from '../contract.ts'
import { parseAddress } from '../grammar/address.ts'
import { parseCSeq, reasonPhrase } from '../grammar/fields.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import { parseUri } from '../grammar/uri.ts'
import { type Dialog, requestIn } from './dialog.ts'

/** A dialogue by its names as the peer sees them, RFC 3891 §3: `to-tag` is ours. */
export type Replaced = { callId: string; toTag: string; fromTag: string; earlyOnly: boolean }

/** What a REFER asks for, RFC 3515: the URI without what stands behind its `?`. */
export type Refer = { uri: string; replaces?: Replaced; referredBy?: string }

/** Value of Replaces. Undefined: none. */
export const parseReplaces = (value: string): Replaced | undefined => {
  const [callId = '', ...params] = value.split(';').map((part) => part.trim())
  const tagIn = (name: string): string | undefined => {
    const found = params.find((param) => param.toLowerCase().startsWith(`${name}=`))
    return found?.slice(name.length + 1)
  }
  const [toTag, fromTag] = [tagIn('to-tag'), tagIn('from-tag')]
  if (callId === '' || !toTag || !fromTag) return undefined
  const earlyOnly = params.some((param) => /^early-only(?:=|$)/i.test(param))
  return { callId, toTag, fromTag, earlyOnly }
}

/** Escaped octets are characters here, as everywhere in SIP's texts. */
const decoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** The header of that name behind a URI's `?`, RFC 3261 §19.1.1. */
const headerIn = (headers: string, name: string): string | undefined => {
  for (const pair of headers.split('&')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).toLowerCase() === name) return decoded(pair.slice(equals + 1))
  }
  return undefined
}

/** Undefined: the request does not say whom to call, or wants something else than a call. */
export const parseRefer = ({ headers }: SipRequest): Refer | undefined => {
  const all = headers.all('Refer-To')
  const address = all.length === 1 ? parseAddress(all[0] as string) : undefined
  const uri = address?.ok ? parseUri(address.value.uri) : undefined
  if (!address?.ok || !uri?.ok) return undefined
  const { params, headers: behind = '' } = uri.value
  if ((params.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE') return undefined
  const named = headerIn(behind, 'replaces')
  const replaces = named === undefined ? undefined : parseReplaces(named)
  if (named !== undefined && !replaces) return undefined
  const referredBy = headers.get('Referred-By')
  const whole = address.value.uri
  const plain = behind === '' ? whole : whole.slice(0, -behind.length - 1)
  return {
    uri: plain,
    ...(replaces && { replaces }),
    ...(referredBy !== undefined && { referredBy }),
  }
}

/** What a REFER needs of the session that it came in. */
export type Referred = {
  readonly dialog: Dialog
  reply(request: SipRequest, status: number): SipResponse
  /** A request inside the dialogue whose answer nobody waits for. */
  tell(request: SipRequest): void
}

/** Value of Event, RFC 3515 §2.4.6: the first REFER of a dialogue may go without a number. */
const eventOf = (request: SipRequest, isFirst: boolean): string => {
  const cseq = parseCSeq(request.headers.get('CSeq') ?? '')?.number ?? 0
  return isFirst ? 'refer' : `refer;id=${cseq}`
}

const LASTS_S = 180

/**
 * Takes a REFER: 202, and a NOTIFY for each status that `work` tells of; the first final one ends the subscription (§2.4.4).
 * A peer that wants none of that (RFC 4488) hears nothing more.
 */
export const takeRefer = async (
  session: Referred,
  transaction: ServerTransaction,
  isFirst: boolean,
  work: (told: (status: number) => void) => Promise<number>,
): Promise<void> => {
  const { request } = transaction
  const isSilent = request.headers.get('Refer-Sub')?.toLowerCase() === 'false'
  const event = eventOf(request, isFirst)
  const response = session.reply(request, 202)
  if (isSilent) response.headers.add('Refer-Sub', 'false')
  transaction.respond(response)
  let last = 0
  const tell = (status: number): void => {
    if (isSilent || status === last || last >= 200) return
    last = status
    const isOver = status >= 200
    const notify = requestIn(session.dialog, 'NOTIFY')
    notify.headers.add('Event', event)
    notify.headers.add(
      'Subscription-State',
      isOver ? 'terminated;reason=noresource' : `active;expires=${LASTS_S}`,
    )
    notify.headers.add('Content-Type', 'message/sipfrag;version=2.0')
    notify.body = octets(`SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`)
    session.tell(notify)
  }
  tell(100)
  tell(await work(tell))
}
