import { createResponse, parseAddress, parseUri, type ServerTransaction, type SipRequest } from '#sip'
import { type Wanted, wantedOf } from '../wishes.ts'

/** A REGISTER of somebody without a name: To is `sip:anonymous@anonymous.invalid`. */
export const isAnonymous = ({ headers }: SipRequest): boolean => {
  const to = parseAddress(headers.get('To') ?? '')
  const uri = to.ok ? parseUri(to.value.uri) : to
  return uri.ok && uri.value.host === 'anonymous.invalid'
}

/**
 * Confirms a registration without a name and keeps nothing: nobody can call who has no identity, and an emergency call of
 * theirs needs no registration. So strangers cannot take a place from anybody, and gain no trust.
 */
export const answerAnonymous = (
  { request }: ServerTransaction,
  expiresS: number,
  toTag: string,
): ReturnType<typeof createResponse> | Extract<Wanted, { kind: 'refused' }> => {
  const wanted = wantedOf(request, expiresS)
  if (wanted.kind === 'refused') return wanted
  const response = createResponse(request, 200, 'OK')
  response.headers.set('To', `${request.headers.get('To')};tag=${toTag}`)
  if (wanted.kind !== 'bind') return response
  for (const { uri, params } of wanted.contacts) {
    const isLeaving = (params.get('expires') ?? request.headers.get('Expires')) === '0'
    if (!isLeaving) response.headers.add('Contact', `<${uri}>;expires=${expiresS}`)
  }
  return response
}
