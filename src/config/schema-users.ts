import type { Kind, Shape } from './schema.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { boolean, fileName, hex, integer, oneOf, string } from './schema-kinds.ts'
import { AUTHENT_TYPES, type AuthentType, type Impu, type Sim } from './settings-users.ts'
import { emptyObject, type ObjectValue } from './value.ts'

/** An entry of ue_db as it is written (manual 5.2.1); `toUsers` makes a UserEntry of it. */
export type WrittenUser = {
  imsi?: string
  msisdn?: string
  sim_algo: Sim['sim_algo']
  amf: number
  sqn: Uint8Array
  K?: Uint8Array
  op?: Uint8Array
  opc?: Uint8Array
  r?: number[]
  c?: Uint8Array[]
  top?: Uint8Array
  topc?: Uint8Array
  keccak_iter: number
  impi?: string
  impu?: Impu[]
  multi_sim: boolean
  anonymous: boolean
  authentication: boolean
  ring_only: boolean
  precondition?: boolean
  '100rel': boolean
  res_len: number
  authent_type?: AuthentType
  pwd?: string
  mt_call_sdp_file?: string
  domain?: string
  auth_on_register_only?: boolean
  force_sms_over_sg: boolean
}

const impuText = string(
  /^(?:sip:|tel:|urn:)?[^\s@<>]+(?:@[^\s@<>]+)?$/,
  'identity such as "sip:user", "user" or "tel:+33123456789"',
)

const impuObject = group<Impu>(
  {
    impu: { kind: impuText, required: true, about: 'The identity.' },
    imeisv: {
      kind: string(/^\d{14,16}$/, 'IMEISV of 14 to 16 digits'),
      about: 'Only for this handset (multi_sim).',
    },
    code: { kind: integer(200, 699), about: 'Answer code, when it is the echo number.' },
  },
  'warn',
)

/** A string stands for an object with that impu; without a scheme it is a SIP identity; it has no host (manual 5.2.1). */
const impu: Kind<Impu> = {
  ...impuObject,
  text: 'string or object',
  read: (value, at) => {
    const object = value.kind === 'string' ? emptyObject(value.place) : value
    if (value.kind === 'string' && object.kind === 'object')
      object.members.set('impu', { place: value.place, value })
    const read = impuObject.read(object, at)
    if (!read || read.impu === undefined) return undefined
    const written = /^(?:sip|tel|urn):/i.test(read.impu) ? read.impu : `sip:${read.impu}`
    const [identity = '', host] = written.split('@')
    if (host !== undefined)
      at.check.warn(value.place, at.path, `an identity has no host: @${host} is ignored`)
    return { ...read, impu: identity.slice(0, 4).toLowerCase() + identity.slice(4) }
  },
}

const five = <T>(kind: Kind<T>): Kind<T[]> => {
  const list = listOf(kind)
  return {
    ...list,
    text: `array of 5: ${kind.text}`,
    read: (value, at) => {
      if (value.kind !== 'array' || value.items.length === 5) return list.read(value, at)
      at.check.problem(value.place, at.path, `${value.items.length} values, 5 are needed`)
      return undefined
    },
  }
}

/** In the order of the manual. Unknown properties are warned about: the file may be shared with an MME. */
export const userShape: Shape<WrittenUser> = {
  imsi: { kind: string(/^\d{5,15}$/, 'IMSI of up to 15 digits'), about: 'IMSI.' },
  msisdn: { kind: string(/^\+?\d{1,20}$/, 'telephone number'), about: 'Telephone number.' },
  sim_algo: {
    kind: oneOf(['xor', 'miln', 'tuak'], { milenage: 'miln' }),
    default: 'xor',
    about: 'Algorithm of the SIM; `milenage` is `miln`.',
  },
  amf: { kind: integer(0, 65535), default: 0x9001, about: 'Authentication management field.' },
  sqn: { kind: hex(6), default: new Uint8Array(6), about: 'First sequence number.' },
  K: { kind: hex(16, 32), secret: true, about: 'Key of the SIM: 16 bytes, TUAK also 32.' },
  op: { kind: hex(16), secret: true, about: 'Operator key (Milenage: op or opc).' },
  opc: { kind: hex(16), secret: true, about: 'Operator key made with K.' },
  r: { kind: five(integer(0, 127)), about: 'Rotations of Milenage.', otherwise: 'TS 35.206' },
  c: { kind: five(hex(16)), about: 'Constants of Milenage.', otherwise: 'TS 35.206' },
  top: { kind: hex(32), secret: true, about: 'Operator key (TUAK: top or topc).' },
  topc: { kind: hex(32), secret: true, about: 'Operator key made with K.' },
  keccak_iter: { kind: integer(1, 2_147_483_647), default: 1, about: 'Keccak permutations of TUAK.' },
  impi: {
    kind: string(/^[^\s"<>]+$/, 'private identity', 256),
    about: 'Private identity: the user name of authentication.',
    otherwise: '`<imsi>@<domain>`',
  },
  impu: { kind: oneOrMore(impu), about: 'Public identities.', otherwise: '`sip:<imsi>`' },
  multi_sim: { kind: boolean, default: false, about: 'Several handsets at once.' },
  anonymous: {
    kind: boolean,
    default: false,
    about: 'Emergency calls and registrations without a name are taken.',
  },
  authentication: { kind: boolean, default: true, about: 'False: never authenticated.' },
  ring_only: { kind: boolean, default: false, about: 'Rings and never answers.' },
  precondition: {
    kind: boolean,
    about: 'QoS preconditions.',
    otherwise: 'guessed',
    status: 'planned',
    idle: (value) => !value,
  },
  '100rel': { kind: boolean, default: true, about: 'Reliable provisional answers (RFC 3262).' },
  res_len: { kind: integer(4, 16), default: 8, about: 'Bytes of RES; Milenage up to 8; TUAK 4, 8 or 16.' },
  authent_type: {
    kind: oneOf(AUTHENT_TYPES),
    about: 'The least authentication accepted.',
    otherwise: '`AKAv1`; `MD5` with a pwd',
  },
  pwd: { kind: string(), secret: true, about: 'Password of MD5.' },
  mt_call_sdp_file: {
    kind: fileName('should'),
    about: 'SDP of calls from the server.',
    otherwise: 'the global one',
  },
  domain: { kind: string(/^[\w.[\]:-]+$/, 'domain name'), about: 'SIP domain.', otherwise: 'the global one' },
  auth_on_register_only: {
    kind: boolean,
    about: 'Only REGISTER is authenticated.',
    otherwise: 'the global one',
  },
  force_sms_over_sg: {
    kind: boolean,
    default: false,
    about: 'Texts go over SGs.',
    status: 'planned',
    idle: (value) => !value,
  },
}

/** A read entry with the text that made it, for problems that only show when it is seen as a whole. */
export type EntryRead = { written: WrittenUser; object: ObjectValue; path: string }

const user = group(userShape, 'warn')

export const userKind: Kind<EntryRead> = {
  text: 'object',
  ...(user.inner && { inner: user.inner }),
  read: (value, at) => {
    const written = user.read(value, at)
    return written && value.kind === 'object' ? { written, object: value, path: at.path } : undefined
  },
}
