import type { SimSecrets } from '#aka'

/** Who the simulated handset is. With `sim` it behaves as an IMS handset, with `password` alone as a SIP phone. */
export type UeIdentity = {
  /** Public identity, a SIP or tel URI. */
  impu: string
  /** Private identity: the digest's user name. */
  impi: string
  /** Home domain: Request-URI of REGISTER, and the realm until a challenge names one. */
  domain: string
  password?: string | undefined
  /** `sqn`: the highest sequence number that this SIM accepted so far. */
  sim?: (SimSecrets & { sqn?: bigint | undefined }) | undefined
  /** Named in the first REGISTER; without it the server chooses. */
  algorithm?: UeAlgorithm | undefined
  /** Registers for emergencies only: `sos` in its Contact, TS 24.229 §5.1.6. */
  emergency?: boolean | undefined
  /** Says neither who it is nor proves it. */
  anonymous?: boolean | undefined
  /** 14 or 15 digits. */
  imei?: string | undefined
}

export type UeAlgorithm = 'MD5' | 'SHA-256' | 'AKAv1-MD5' | 'AKAv2-MD5' | 'AKAv2-SHA-256'

/** What a card without ISIM goes by, TS 23.003 §13.2 and §13.3. `mncDigits`: 2 in most of the world, 3 in the Americas. */
export const identityOfImsi = (
  imsi: string,
  mncDigits: 2 | 3 = 2,
): Pick<UeIdentity, 'impi' | 'impu' | 'domain'> => {
  const mnc = imsi.slice(3, 3 + mncDigits).padStart(3, '0')
  const domain = `ims.mnc${mnc}.mcc${imsi.slice(0, 3)}.3gppnetwork.org`
  return { domain, impi: `${imsi}@${domain}`, impu: `sip:${imsi}@${domain}` }
}

/** The user part of the public identity, for our Contact; a tel URI gives its number. */
export const userOf = (impu: string): string => {
  const afterScheme = impu.slice(impu.indexOf(':') + 1)
  return afterScheme.split(/[@;]/)[0] ?? ''
}

export const AGENT = 'Tandem simulated handset'

/** A number as a URI of the home domain; URIs stay what they are. */
export const uriOf = (number: string, domain: string): string => {
  if (/^(sips?|tel|urn):/i.test(number)) return number
  return number.includes('@') ? `sip:${number}` : `sip:${number}@${domain}`
}

const CELL = '3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001'
/** Where an IMS handset says that it is, RFC 7315 §5.4; a SIP phone does not say. */
export const accessHeaders = ({ sim }: UeIdentity): [name: string, value: string][] =>
  sim ? [['P-Access-Network-Info', CELL]] : []

export const ICSI = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"'
const PLAIN_IMEI = '35609204079301'

/** Parameters of the Contact header: TS 24.229 §5.1.1.2, RFC 7254 for the IMEI as an instance. */
export const contactParams = ({ sim, imei = PLAIN_IMEI }: UeIdentity, video: boolean): string => {
  const tac = `${imei.slice(0, 8)}-${imei.slice(8, 14)}-0`
  const instance = `;+sip.instance="<urn:gsma:imei:${tac}>"`
  return sim ? `${instance};${ICSI};+g.3gpp.smsip;audio${video ? ';video' : ''}` : instance
}
