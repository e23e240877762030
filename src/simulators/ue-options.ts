import type { SimSecrets } from '#aka'
import { secretsFault } from '#aka'
import { err, ok, type Result } from '#lib/result'
import type { Endpoint, Transport } from '#lib/wire'
import { createReader, flagOf, type Reader, type UeOptions } from './option-reader.ts'
import { readTextPlan, type TextPlan, textOptions } from './texts/options.ts'
import { identityOfImsi, type UeAlgorithm, type UeIdentity } from './ue-identity.ts'

/** The options of `tandem sim ue`, as the command line shows them. */
export const ueOptions: readonly (readonly [flags: string, text: string])[] = [
  ['--server <host:port>', 'where to register (default 127.0.0.1:5060)'],
  ['--transport <name>', 'udp, tcp or tls (default udp)'],
  ['--config <file>', 'take the secrets of --user from this configuration file'],
  ['--user <name>', 'who we are: number or user name in the configuration, else the name for the digest'],
  ['--number <number>', 'our own number, when it is not the user name'],
  ['--password <text>', 'password of a SIP phone'],
  ['--domain <name>', 'home domain (default: from the IMSI, else the server)'],
  ['--imsi <digits>', 'be a handset with this SIM'],
  ['--k <hex>', 'secret key of the SIM'],
  ['--opc <hex>', 'operator key, already mixed with K (Milenage)'],
  ['--op <hex>', 'operator key (Milenage)'],
  ['--topc <hex>', 'operator key, already mixed with K (TUAK)'],
  ['--top <hex>', 'operator key (TUAK)'],
  ['--algo <name>', 'xor, miln or tuak (default miln when an operator key is given, else xor)'],
  ['--res-len <octets>', 'length of the SIM answer (default 8)'],
  ['--sqn <hex>', 'highest sequence number that the SIM has seen'],
  ['--auth <name>', 'ask for MD5, SHA-256, AKAv1-MD5, AKAv2-MD5 or AKAv2-SHA-256'],
  ['--expires <seconds>', 'how long to stay registered (default 3600)'],
  ['--call <number>', 'call this number or URI'],
  ['--emergency', 'register for emergencies, then call --call or urn:service:sos'],
  ['--anonymous', 'call so without registering, as a handset without a SIM'],
  ['--seconds <count>', 'hang up after so long (default 5 when calling)'],
  ['--tone <hertz>', 'sound to send (default 440)'],
  ['--wav <file>', 'send this sound instead: 8 or 16 kHz, 16 bits, mono'],
  ['--hear <hertz>', 'fail unless this tone comes back'],
  ['--keys <keys>', 'press these keys a second after the answer'],
  ['--video', 'offer and take video'],
  ['--answer [ms]', 'answer calls after so long (default 1000) until interrupted'],
  ['--early', 'with --answer: be heard before the answer already'],
  ['--calls <count>', 'with --answer: leave after so many calls'],
  ['--record <file>', 'write what was heard as a wav file'],
  ...textOptions,
  ['--no-reg-event', 'do not watch the own registration, as handsets do'],
  ['-v, --verbose', 'show the SIP messages as they come and go'],
]

/** A user that the configuration knows. */
export type KnownUser = {
  impi: string
  domain: string
  imsi?: string | undefined
  msisdn?: string | undefined
  /** `uri` with scheme, for sip without host. */
  identities: readonly { uri: string; user: string }[]
  password?: string | undefined
  sim?: (SimSecrets & { sqn: bigint }) | undefined
}

export type UePlan = {
  server: { host: string; port: number }
  transport: Transport
  identity: UeIdentity
  expiresS: number
  call: string | undefined
  /** Neither registers nor says who it is. */
  anonymous: boolean
  seconds: number | undefined
  toneHz: number
  wav: string | undefined
  hearHz: number | undefined
  keys: string | undefined
  video: boolean
  answerMs: number | undefined
  early: boolean
  calls: number
  record: string | undefined
  verbose: boolean
  regEvent: boolean
  texts: TextPlan
}

const ALGORITHMS: readonly UeAlgorithm[] = ['MD5', 'SHA-256', 'AKAv1-MD5', 'AKAv2-MD5', 'AKAv2-SHA-256']

/** Understands the options; `known` are the users of the configuration file, when one was given. */
export const readUeOptions = (
  options: UeOptions,
  known: readonly KnownUser[] | undefined,
): Result<UePlan, string[]> => {
  const reader = createReader(options)
  const { problems, text, number, word } = reader
  const transport = word('transport', ['udp', 'tcp', 'tls'] as const) ?? 'udp'
  const server = serverOf(text('server') ?? '127.0.0.1', transport)
  if (!server) problems.push('--server: expected host:port')
  const anonymous = options.anonymous === true
  const emergency = options.emergency === true
  const who = anonymous ? nobodyAt(server?.host ?? '') : identityOf(reader, known, server?.host ?? '')
  const identity = who && emergency ? { ...who, emergency } : who
  const call = text('call') ?? (anonymous || emergency ? SOS : undefined)
  const plan = {
    transport,
    expiresS: number('expires', 0, 4294967295) ?? 3600,
    call,
    anonymous,
    seconds: number('seconds', 0, 86400) ?? (call === undefined ? undefined : 5),
    toneHz: number('tone', 50, 3900) ?? 440,
    wav: text('wav'),
    hearHz: number('hear', 50, 3900),
    keys: text('keys'),
    video: options.video === true,
    answerMs: options.answer === true ? 1000 : number('answer', 0, 600_000),
    early: options.early === true,
    calls: number('calls', 1, 1e9) ?? Number.POSITIVE_INFINITY,
    record: text('record'),
    verbose: options.verbose === true,
    regEvent: options.regEvent !== false && !emergency,
    texts: readTextPlan(options, reader),
  }
  return problems.length > 0 || !server || !identity ? err(problems) : ok({ ...plan, server, identity })
}

/** The service that a handset calls when its user dials an emergency number, RFC 5031. */
const SOS = 'urn:service:sos'

/** A handset without a SIM, TS 24.229 §5.1.6.8. */
const nobodyAt = (domain: string): UeIdentity => ({
  ...{ impu: 'sip:anonymous@anonymous.invalid', impi: '', domain },
  anonymous: true,
})

const serverOf = (text: string, transport: Transport): (Endpoint & { host: string }) | undefined => {
  const found = /^(?:\[([^\]]+)\]|([^:]+)|([0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*))(?::(\d{1,5}))?$/.exec(
    text,
  )
  const host = found?.[1] ?? found?.[2] ?? found?.[3]
  const port = found?.[4] === undefined ? (transport === 'tls' ? 5061 : 5060) : Number(found[4])
  return host === undefined || port < 1 || port > 65535 ? undefined : { host, address: host, port }
}

const identityOf = (
  reader: Reader,
  known: readonly KnownUser[] | undefined,
  host: string,
): UeIdentity | undefined => {
  const { problems, text, word } = reader
  const algorithm = word('auth', ALGORITHMS)
  const user = text('user') ?? text('number')
  if (known && text('password') === undefined && text('imsi') === undefined) {
    const found = known.find((one) => isCalled(one, user ?? ''))
    if (found) {
      problems.push(...idleKeys(reader))
      return { ...identityOfUser(found), ...(algorithm && { algorithm }) }
    }
    const asked = user === undefined ? 'is needed' : `nobody is called ${user}`
    problems.push(`--user: ${asked}: the configuration knows ${namesOf(known)}`)
    return undefined
  }
  const imsi = text('imsi')
  const sim = imsi === undefined ? undefined : simOf(reader)
  if (imsi !== undefined && !/^\d{14,15}$/.test(imsi)) problems.push('--imsi: expected 14 or 15 digits')
  if (imsi === undefined && user === undefined) {
    problems.push('say who you are: --user with --password, --imsi with --k, or --config with --user')
    return undefined
  }
  const domain = text('domain') ?? (imsi === undefined ? host : identityOfImsi(imsi).domain)
  const number = text('number') ?? imsi ?? user
  const impi = imsi === undefined ? (user as string) : `${imsi}@${domain}`
  const impu = `sip:${number}@${domain.includes(':') ? `[${domain}]` : domain}`
  return { impu, impi, domain, password: text('password'), sim, algorithm }
}

/** A key beside a user of the configuration would be ignored, and a wrong one would seem right. */
const idleKeys = ({ text }: Reader): string[] =>
  (['k', 'opc', 'op', 'topc', 'top', 'algo'] as const)
    .filter((name) => text(name) !== undefined)
    .map((name) => `--${name}: --user has its SIM from the configuration; another SIM needs --imsi too`)

const simOf = ({ problems, hex, word, text, number }: Reader): UeIdentity['sim'] => {
  const keys = { op: hex('op'), opc: hex('opc'), top: hex('top'), topc: hex('topc') }
  const guessed = keys.op || keys.opc ? 'miln' : keys.top || keys.topc ? 'tuak' : 'xor'
  const algo = word('algo', ['xor', 'miln', 'tuak'] as const) ?? guessed
  const k = hex('k')
  const sqn = text('sqn')
  if (sqn !== undefined && !/^[0-9a-fA-F]{1,12}$/.test(sqn))
    problems.push('--sqn: expected up to 12 hexadecimal digits')
  const secrets = { algo, k: k ?? new Uint8Array(0), ...keys, resLen: number('resLen', 4, 32) }
  const fault = secretsFault(secrets)
  if (!k) problems.push('--k: a SIM needs its secret key')
  else if (fault) problems.push(`--${flagOf(fault.property)}: expected ${fault.wanted}`)
  return {
    ...secrets,
    sqn: sqn === undefined ? undefined : BigInt(`0x${sqn.replace(/[^0-9a-fA-F]/g, '') || '0'}`),
  }
}

const isCalled = ({ impi, imsi, msisdn, identities }: KnownUser, name: string): boolean =>
  [impi, impi.split('@')[0], imsi, msisdn].includes(name) ||
  identities.some(({ user, uri }) => user === name || uri === name)

const namesOf = (known: readonly KnownUser[]): string => {
  const names = known.map(({ identities, impi }) => identities[0]?.user ?? impi)
  return names.length > 8 ? `${names.slice(0, 8).join(', ')} …` : names.join(', ')
}

/** A subscriber of the house as its own handset. The SIM counts from where the configuration starts. */
export const identityOfUser = ({ impi, domain, identities, password, sim }: KnownUser): UeIdentity => {
  const uri = identities[0]?.uri ?? `sip:${impi}`
  const impu = uri.startsWith('sip:') && !uri.includes('@') ? `${uri}@${domain}` : uri
  return { impu, impi, domain, password, sim: sim && { ...sim, sqn: undefined } }
}
