import { CLASS, TOKEN } from './chars.ts'

/** Header field names in the spelling of the IANA registry; all in use by SIP and IMS. */
const KNOWN =
  `Accept Accept-Contact Accept-Encoding Accept-Language Accept-Resource-Priority Additional-Identity
Alert-Info Allow Allow-Events Answer-Mode Attestation-Info Authentication-Info Authorization Call-ID Call-Info
Cellular-Network-Info Contact Content-Disposition Content-Encoding Content-ID Content-Language Content-Length
Content-Type CSeq Date DC-Info Diversion Encryption Error-Info Event Expires Feature-Caps Flow-Timer From Geolocation
Geolocation-Error Geolocation-Routing Hide History-Info Identity Identity-Info Info-Package In-Reply-To Join
Max-Breadth Max-Forwards MIME-Version Min-Expires Min-SE Organization Origination-Id P-Access-Network-Info
P-Answer-State P-Asserted-Identity P-Asserted-Service P-Associated-URI P-Called-Party-ID P-Charge-Info
P-Charging-Function-Addresses P-Charging-Vector P-DCS-Billing-Info P-DCS-LAES P-DCS-OSPS P-DCS-Redirect
P-DCS-Trace-Party-ID P-Early-Media P-Media-Authorization P-Preferred-Identity P-Preferred-Service
P-Private-Network-Indication P-Profile-Key P-Refused-URI-List P-Served-User P-User-Database P-Visited-Network-ID Path
Permission-Missing Policy-Contact Policy-ID Priority Priority-Share Priority-Verstat Privacy Priv-Answer-Mode
Proxy-Authenticate Proxy-Authentication-Info Proxy-Authorization Proxy-Require RAck Reason Reason-Phrase Record-Route
Recv-Info Referred-By Refer-Events-At Refer-Sub Refer-To Refer-To-Header Reject-Contact Relayed-Charge
Remote-Party-ID Replaces Reply-To Request-Disposition Require Resource-Priority Resource-Share Response-Key
Response-Source Restoration-Info Retry-After Route RSeq Security-Client Security-Server Security-Verify Server
Service-Interact-Info Service-Route Session-Expires Session-ID SIP-ETag SIP-If-Match Subject Subscription-State
Supported Suppress-If-Match Target-Dialog Timestamp To Trigger-Consent Unsupported User-Agent User-to-User Via Warning
WWW-Authenticate`.split(/\s+/)

/** Compact forms: RFC 3261 §7.3.3, 3515 (r), 3841 (a d j), 3892 (b), 4028 (x), 6665 (o u), 8224 (y), 4474 (n). */
const COMPACT: Record<string, string> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
}

const MASK = 2047

/** Lower-case letter of each octet of a token, 0 for what no name may hold. */
const FOLD = new Uint8Array(256)
for (let code = 0; code < 256; code++)
  if (((CLASS[code] as number) & TOKEN) !== 0)
    FOLD[code] = String.fromCharCode(code).toLowerCase().charCodeAt(0)

type Entry = { name: string; folded: Uint8Array }

const octetsOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0) & 255)

/** Length and three letters tell nearly all known names apart, so that a name is found without cutting it out. */
const hashAt = (octets: Uint8Array, at: number, end: number): number => {
  const first = (octets[at] as number) | 32
  const middle = (octets[(at + end) >> 1] as number) | 32
  const last = (octets[end - 1] as number) | 32
  return ((end - at) * 67 + first * 251 + middle * 31 + last * 131) & MASK
}

const buckets: (Entry[] | undefined)[] = Array.from({ length: MASK + 1 }, () => undefined)
for (const name of KNOWN) {
  const octets = octetsOf(name)
  const at = hashAt(octets, 0, octets.length)
  buckets[at] = [...(buckets[at] ?? []), { name, folded: octets.map((octet) => FOLD[octet] as number) }]
}
const compact: (string | undefined)[] = Array.from({ length: 256 }, () => undefined)
for (const [letter, name] of Object.entries(COMPACT)) {
  compact[letter.charCodeAt(0)] = name
  compact[letter.toUpperCase().charCodeAt(0)] = name
}

const isNamed = (octets: Uint8Array, at: number, folded: Uint8Array): boolean => {
  for (let i = 0; i < folded.length; i++) if (FOLD[octets[at + i] as number] !== folded[i]) return false
  return true
}

/** The canonical name that stands in `octets` from `at` to `end`, whatever its case or form; undefined when unknown. */
export const knownNameAt = (octets: Uint8Array, at: number, end: number): string | undefined => {
  const length = end - at
  if (length <= 1) return length === 1 ? compact[octets[at] as number] : undefined
  const bucket = buckets[hashAt(octets, at, end)]
  if (bucket === undefined) return undefined
  for (let i = 0; i < bucket.length; i++) {
    const { name, folded } = bucket[i] as Entry
    if (folded.length === length && isNamed(octets, at, folded)) return name
  }
  return undefined
}

/** Canonical spelling of a header name that comes from elsewhere, such as a configuration; unknown names as they are. */
export const canonicalName = (name: string): string => knownNameAt(octetsOf(name), 0, name.length) ?? name
