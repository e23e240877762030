import type { Shape } from './schema.ts'
import { optional, remote } from './schema-addresses.ts'
import { boolean, integer, oneOf, string } from './schema-kinds.ts'
import type { TrunkSettings } from './settings.ts'

const COUNT = 1_000_000
/** What may stand in the user part of a URI, and nothing that ends it. */
const NUMBER = /^\+?[\w*#.-]{0,64}$/

export const trunkShape: Shape<TrunkSettings> = {
  name: {
    kind: string(/^[\w.-]{1,64}$/, 'name of letters, digits, _ . -'),
    required: true,
    about: 'Name, for routes.',
  },
  addr: { kind: optional(remote(5060)), about: 'Where it is.', otherwise: 'where `account` is registered' },
  transport: { kind: oneOf(['udp', 'tcp', 'tls']), default: 'udp', about: 'How it is reached.' },
  account: {
    kind: string(),
    default: '',
    about: 'User of ours that it registers as, instead of `addr`: the SIP account of a gateway.',
  },
  user: { kind: string(), default: '', about: 'User name towards it.' },
  password: { kind: string(), default: '', secret: true, about: 'Password towards it.' },
  domain: {
    kind: string(/^[\w.:[\]-]*$/, 'host name or address'),
    default: '',
    about: 'Host in URIs towards it.',
    otherwise: '`addr`',
  },
  register: { kind: boolean, default: false, about: 'Register there.' },
  trusted: { kind: boolean, default: false, about: 'Requests from its address are not challenged.' },
  max_calls: { kind: integer(1, COUNT), default: 30, about: 'Calls at once.' },
  caller: {
    kind: string(NUMBER, 'number or name'),
    default: '',
    about: 'Number that is shown to it.',
    otherwise: "the caller's own",
  },
  number_format: {
    kind: oneOf(['as_dialled', 'plus', 'bare', '00']),
    default: 'as_dialled',
    about: 'How numbers are sent: as dialled, or as +49…, 49…, 0049….',
  },
  strip: { kind: integer(0, 32), default: 0, about: 'Characters taken off what was dialled.' },
  prefix: { kind: string(NUMBER, 'digits'), default: '', about: 'Put before the number.' },
}

/** A name of `trunks`, or of a user who is the SIP account of a gateway. */
export const lineTrunk = {
  kind: string(/^\S*$/, 'name without blanks'),
  default: '',
  about: 'For calls: its SIP account here (a user), or a trunk.',
} as const
