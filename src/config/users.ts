import type { Check } from './schema.ts'
import type { EntryRead } from './schema-users.ts'
import type { AuthentType, Impu, MilenageSim, Sim, TuakSim, UserEntry } from './settings-users.ts'
import { type Place, printPlace } from './value.ts'

/** What a user inherits from the top level. */
export type UserDefaults = {
  domain: string
  auth_on_register_only: boolean
  mt_call_sdp_file?: string
  echo?: string
}

/** Completes the entries of ue_db and reports what is wrong within each and between them. */
export const toUsers = (entries: EntryRead[], defaults: UserDefaults, check: Check): UserEntry[] => {
  const users: UserEntry[] = []
  const clash = createClashes(defaults.echo, check)
  for (const entry of entries) {
    const user = toUser(entry, defaults, check)
    if (!user) continue
    clash(entry, user)
    users.push(user)
  }
  return users
}

type Entry = EntryRead & { check: Check }

/** The place of one of the entry's properties, or of the entry when it is not written. */
const placeOf = ({ object }: EntryRead, name: string): Place =>
  object.members.get(name)?.value.place ?? object.place
const isWritten = ({ object }: EntryRead, name: string): boolean => object.members.has(name)
const wrong = (entry: Entry, name: string, message: string): undefined => {
  entry.check.problem(placeOf(entry, name), `${entry.path}.${name}`, message)
  return undefined
}

const toUser = (read: EntryRead, defaults: UserDefaults, check: Check): UserEntry | undefined => {
  const entry: Entry = { ...read, check }
  const { written } = entry
  const domain = written.domain ?? defaults.domain
  const impi = written.impi ?? impiOf(entry, domain)
  const impus = impusOf(entry, defaults.echo)
  const authent_type = authenticationOf(entry)
  const sim = simOf(entry)
  checkSecret(entry, authent_type)
  if (impi === undefined || !impus) return undefined
  const file = written.mt_call_sdp_file ?? defaults.mt_call_sdp_file
  return {
    place: printPlace(entry.object.place),
    impi,
    impus,
    multi_sim: written.multi_sim,
    anonymous: written.anonymous,
    authent_type,
    ring_only: written.ring_only,
    '100rel': written['100rel'],
    domain,
    auth_on_register_only: written.auth_on_register_only ?? defaults.auth_on_register_only,
    inherits_auth_on_register_only: written.auth_on_register_only === undefined,
    force_sms_over_sg: written.force_sms_over_sg,
    ...(written.imsi !== undefined && { imsi: written.imsi }),
    ...(written.msisdn !== undefined && { msisdn: written.msisdn }),
    ...(written.pwd !== undefined && { pwd: written.pwd }),
    ...(written.precondition !== undefined && { precondition: written.precondition }),
    ...(sim && { sim }),
    ...(file !== undefined && { mt_call_sdp_file: file }),
  }
}

/** An entry of a database shared with an MME may lack the identities of IMS: they follow from the IMSI (TS 23.003 §13). */
const impiOf = (entry: Entry, domain: string): string | undefined => {
  const { imsi } = entry.written
  if (isWritten(entry, 'impi')) return undefined
  if (imsi === undefined) {
    return isWritten(entry, 'imsi')
      ? undefined
      : wrong(entry, 'impi', 'is missing: the user name of authentication, or an imsi to make it from')
  }
  entry.check.record(`${entry.path}.impi`, JSON.stringify(`${imsi}@${domain}`))
  return `${imsi}@${domain}`
}

const impusOf = (entry: Entry, echo: string | undefined): Impu[] | undefined => {
  const { impu, imsi, multi_sim } = entry.written
  if (!impu || impu.length === 0) {
    if (isWritten(entry, 'impu') && !impu) return undefined
    if (imsi === undefined)
      return isWritten(entry, 'imsi')
        ? undefined
        : wrong(entry, 'impu', 'is missing: at least one identity is needed')
    entry.check.record(`${entry.path}.impu`, JSON.stringify([`sip:${imsi}`]))
    return [{ impu: `sip:${imsi}` }]
  }
  impu.forEach((one, index) => {
    const path = `${entry.path}.impu[${index}]`
    const warn = (message: string) => entry.check.warn(impuPlace(entry, index), path, message)
    if (one.imeisv !== undefined && !multi_sim) warn('imeisv counts only with multi_sim: true')
    if (one.code !== undefined && keyOf(one.impu) !== keyOf(echo ?? ''))
      warn('code counts only for the echo number')
  })
  return impu
}

const authenticationOf = (entry: Entry): AuthentType => {
  const { authentication, authent_type } = entry.written
  // One that was refused asks for no secrets: its own problem is enough.
  if (!authentication || (authent_type === undefined && isWritten(entry, 'authent_type'))) return 'none'
  return authent_type ?? (isWritten(entry, 'pwd') ? 'MD5' : 'AKAv1')
}

/** Somebody who could never register is a mistake. */
const checkSecret = (entry: Entry, type: AuthentType): void => {
  if (type === 'none' || isWritten(entry, 'K')) return
  if (type !== 'MD5') {
    const way = isWritten(entry, 'pwd')
      ? 'or authent_type: "MD5"'
      : 'or a pwd for MD5, or authentication: false'
    wrong(entry, 'K', `is missing: ${type} needs the key of the SIM (${way})`)
  } else if (!isWritten(entry, 'pwd')) wrong(entry, 'pwd', 'is missing: authent_type MD5 needs it')
}

const simOf = (entry: Entry): Sim | undefined => {
  const { K: k, sim_algo, amf, res_len, sqn } = entry.written
  if (!k) return undefined
  if (k.length === 32 && sim_algo !== 'tuak') {
    return wrong(
      entry,
      'K',
      `64 hexadecimal digits, 32 are needed (16 bytes; 32 bytes only with sim_algo: "tuak")`,
    )
  }
  const base = { k, amf, res_len, sqn: BigInt(`0x${sqn.toHex()}`) }
  if (sim_algo === 'xor') return { ...base, sim_algo }
  const special = sim_algo === 'miln' ? milenageOf(entry) : tuakOf(entry)
  return special && { ...base, ...special }
}

const milenageOf = (entry: Entry): MilenageSim | undefined => {
  const { r, c, res_len } = entry.written
  if (res_len > 8) wrong(entry, 'res_len', `Milenage makes 8 bytes, ${res_len} are asked for`)
  const operator = eitherOf(entry, 'op', 'opc', 'Milenage')
  return operator && { sim_algo: 'miln', operator, ...(r && { r }), ...(c && { c }) }
}

const tuakOf = (entry: Entry): TuakSim | undefined => {
  const { keccak_iter, res_len } = entry.written
  if (![4, 8, 16].includes(res_len)) wrong(entry, 'res_len', `${res_len} bytes; TUAK needs 4, 8 or 16`)
  const operator = eitherOf(entry, 'top', 'topc', 'TUAK')
  return operator && { sim_algo: 'tuak', operator, keccak_iter }
}

type OperatorKey = 'op' | 'opc' | 'top' | 'topc'

const eitherOf = <A extends OperatorKey, B extends OperatorKey>(
  entry: Entry,
  a: A,
  b: B,
  algorithm: string,
) => {
  const [first, second] = [entry.written[a], entry.written[b]]
  if (isWritten(entry, a) && isWritten(entry, b))
    return wrong(entry, b, `${a} and ${b} are both set; exactly one is needed`)
  if (first) return { kind: a, value: first }
  if (second) return { kind: b, value: second }
  if (isWritten(entry, a) || isWritten(entry, b)) return undefined
  return wrong(entry, b, `is missing: ${algorithm} needs ${a} or ${b}`)
}

/** Identities are found by their user part or number, whatever the scheme and punctuation (I4). */
const keyOf = (impu: string): string => {
  const user = impu.replace(/^(?:sip|tel):/i, '').replace(/[;?].*$/, '')
  return /^\+?[\d().-]+$/.test(user) ? user.replace(/[().-]/g, '') : user
}

const createClashes = (echo: string | undefined, check: Check) => {
  const impis = new Map<string, Place>()
  const keys = new Map<string, { place: Place; entry: EntryRead }>()
  const echoKey = keyOf(echo ?? '')
  return (entry: EntryRead, user: UserEntry): void => {
    const place = placeOf(entry, 'impi')
    const other = impis.get(user.impi)
    if (other)
      check.problem(
        place,
        `${entry.path}.impi`,
        `${user.impi} is also the impi of the user at ${printPlace(other)}`,
      )
    else impis.set(user.impi, place)
    user.impus.forEach(({ impu }, index) => {
      const key = keyOf(impu)
      const known = keys.get(key)
      const at = impuPlace(entry, index)
      if (known && known.entry !== entry && key !== echoKey) {
        check.problem(
          at,
          `${entry.path}.impu[${index}]`,
          `${impu} also belongs to the user at ${printPlace(known.place)}`,
        )
      } else if (!known) keys.set(key, { place: at, entry })
    })
  }
}

const impuPlace = (entry: EntryRead, index: number): Place => {
  const value = entry.object.members.get('impu')?.value
  return (value?.kind === 'array' ? value.items[index]?.place : value?.place) ?? entry.object.place
}
