import { country } from './countries.ts'
import type { Shape } from './schema.ts'
import { address } from './schema-addresses.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { boolean, integer, oneOf, string } from './schema-kinds.ts'
import { lineTrunk } from './schema-trunks.ts'
import type { EjoinDevice, EjoinSettings, GoipLine, GoipSettings } from './settings.ts'

const every = (number: number) => [{ address: '0.0.0.0', port: number }]

/** What `numberFor` of the GoIP adapter knows; whatever else would stand before every number. */
const NUMBER_FORMAT = /^(?=.)(?:plus|bare|national(?::\d{1,3})?|(?:prefix:)?\+?[\d*#]{0,16})$/

const goipLine: Shape<GoipLine> = {
  id: {
    kind: string(/^[^\s;:]+$/, 'id without blanks, ; and :'),
    required: true,
    about: 'Id the device sends.',
  },
  password: {
    kind: string(/^[^\s;]*$/, 'password without blanks and ;'),
    required: true,
    secret: true,
    about: 'Its password.',
  },
  number: {
    kind: string(/^(?:|\+?\d{1,32})$/, 'number such as "+491701234567"'),
    default: '',
    about: 'Number of its SIM.',
  },
  device: {
    kind: string(/^[^\s/]*$/, 'name without blanks and /'),
    default: '',
    about: 'Which device it is part of.',
    otherwise: 'a device of its own',
  },
  status_ok: { kind: integer(0, 999), default: 0, about: 'Status that grants a keepalive.' },
  wait_poll: {
    kind: oneOf(['never', 'silent', 'spec'], { resend: 'spec' }),
    default: 'silent',
    about: 'Asks again after a WAIT.',
  },
  status_refused: { kind: integer(0, 999), default: 404, about: 'Status that refuses one.' },
  number_format: {
    kind: string(NUMBER_FORMAT, 'plus, bare, national, national:49, or a prefix such as 00'),
    default: 'plus',
    about: 'How numbers are sent.',
  },
  pin_address: { kind: boolean, default: true, about: 'Keeps the first IP address.' },
  ack_newline: { kind: boolean, default: false, about: 'Replies end with a newline.' },
  direct_sms: { kind: boolean, default: false, about: 'Texts in one datagram, without session.' },
  call_events: { kind: boolean, default: true, about: 'Keeps call states and records.' },
  module_off: { kind: integer(0, 2), default: 2, about: 'How module_ctl_i switches off.' },
  trunk: lineTrunk,
}

export const goipKind = group<GoipSettings>({
  addr: { kind: oneOrMore(address(44_444)), default: every(44_444), about: 'UDP address.' },
  lines: { kind: listOf(group(goipLine)), default: [], about: 'Lines of gateways.' },
  api_users: {
    kind: listOf(
      group<GoipSettings['api_users'][number]>({
        username: { kind: string(/^\S+$/, 'name without blanks'), required: true, about: 'Name.' },
        password: {
          kind: string(/^\S{4,}$/, 'password of at least 4 characters'),
          required: true,
          secret: true,
          about: 'Password.',
        },
      }),
    ),
    default: [],
    about: "Users of the JSON calls of DBL's SMS server (/goip/sendsms/ and others).",
  },
})

const ejoinDevice: Shape<EjoinDevice> = {
  name: {
    kind: string(/^[^\s/]+$/, 'name without blanks and /', 64),
    required: true,
    about: 'Name, for routes.',
  },
  mac: {
    kind: string(/^(?:|[0-9A-Fa-f]{2}(?:[-:]?[0-9A-Fa-f]{2}){5})$/, 'MAC address'),
    default: '',
    about: 'Its MAC; without one the first that it tells.',
  },
  secret: {
    kind: string(/^[\w.~-]+$/, 'letters and digits for a path'),
    required: true,
    secret: true,
    about: 'Last part of the path it posts to.',
  },
  url: {
    kind: string(/^(?:|https?:\/\/\S+)$/, 'http URL'),
    default: '',
    about: "The device's own web address.",
  },
  username: { kind: string(), default: '', about: 'User name there.' },
  password: { kind: string(), default: '', secret: true, about: 'Password there.' },
  api: {
    kind: oneOf(['v2', 'v3']),
    default: 'v2',
    about: "Version of the device's API.",
  },
  push: {
    kind: boolean,
    default: false,
    about: 'Tell it where to report; else set that on the device.',
  },
  report_url: {
    kind: string(/^(?:|https?:\/\/\S+)$/, 'http URL'),
    default: '',
    about: 'Our web server as the device reaches it.',
    otherwise: 'admin.public_url',
  },
  region: {
    kind: country,
    default: '',
    about: 'Country of its cards: that of senders in national form.',
    otherwise: 'region',
  },
  send_timeout: { kind: integer(10, 600), default: 30, about: 'Seconds that it has to send one text.' },
  reconcile: {
    kind: integer(0, 1440),
    default: 3,
    about: 'Minutes between two looks at its inbox and status; 0 only after gaps.',
  },
  check_certificate: {
    kind: boolean,
    default: false,
    about: 'Of an https url; most devices have one of their own making.',
  },
  trunk: lineTrunk,
}

export const ejoinKind = group<EjoinSettings>({
  devices: { kind: listOf(group(ejoinDevice)), default: [], about: 'Devices.' },
})
