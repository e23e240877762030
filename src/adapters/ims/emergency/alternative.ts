import { wired } from '#lib/text'
import { type Refused, type SipRequest, tokensOf } from '#sip'

/** What a handset is to do instead, TS 24.229 §7.6; without it, it goes to the circuit switched network. */
export type AlternativeAction = 'emergency-registration' | 'anonymous-emergencycall'

const TYPE = 'application/3gpp-ims+xml'

/** Words as the octets of their UTF-8, one character each: that is how bodies of texts travel here. */
const escaped = (words: string): string => withoutSigns(wired(words))
const withoutSigns = (text: string): string =>
  text.replace(/[<>&]/g, (sign) => (sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : '&amp;'))

/** The body of a 380, TS 24.229 §7.6.2. */
export const alternativeBody = (reason: string, action: AlternativeAction | undefined): string =>
  '<?xml version="1.0" encoding="UTF-8"?>\r\n' +
  '<ims-3gpp version="1"><alternative-service><type>emergency</type>' +
  `<reason>${escaped(reason)}</reason>` +
  (action === undefined ? '' : `<action>${action}</action>`) +
  '</alternative-service></ims-3gpp>\r\n'

/** Whether a caller reads such a body: who says what it accepts, and does not name it, gets none. */
const accepts = ({ headers }: SipRequest): boolean =>
  !headers.has('Accept') ||
  tokensOf(headers, 'Accept').some((range) =>
    /^(?:\*\/\*|application\/\*|application\/3gpp-ims\+xml)(?:$|[;\s])/i.test(range),
  )

/**
 * 380 Alternative Service, TS 24.229 §5.2.10. `own` is our URI as the handset registered at it: a handset believes only
 * who asserts to be its P-CSCF.
 */
export const alternativeService = (
  request: SipRequest,
  { own, reason, action }: { own: string; reason: string; action: AlternativeAction | undefined },
): Refused => ({
  status: 380,
  headers: [['P-Asserted-Identity', `<${own}>`]],
  ...(accepts(request) && { body: { type: TYPE, text: alternativeBody(reason, action) } }),
})
