import { latin1 } from '#lib/text'
import type { SipRequest } from './message.ts'

/** RFC 3261 §20.43: who warns is named by a pseudonym, an address of ours is nobody's business. */
const AGENT = 'tandem'

const warning = (code: number, text: string): [name: string, value: string] => [
  'Warning',
  `${code} ${AGENT} "${text}"`,
]

/** Our addresses and theirs cannot reach each other. */
export const ADDRESS_WARNING = warning(301, 'Incompatible network address formats')

const MEDIA = warning(304, 'Media type not available')
const FORMAT = warning(305, 'Incompatible media format')

/** What a 488 or 606 to that request says of its reason, RFC 3261 §21.4.26: without speech there is nothing that everybody has. */
export const warningFor = ({ body }: SipRequest): [name: string, value: string] => {
  const sdp = latin1(body)
  return sdp.includes('m=') && !/^m=audio [1-9]/m.test(sdp) ? MEDIA : FORMAT
}
