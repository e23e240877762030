import type { Shape } from './schema.ts'
import { address, optional, remote } from './schema-addresses.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { boolean, integer, oneOf, port, string } from './schema-kinds.ts'
import { lineTrunk } from './schema-trunks.ts'
import type {
  ClickToCallSettings,
  EjoinDevice,
  EjoinSettings,
  GoipLine,
  GoipSettings,
  WebphoneSettings,
} from './settings.ts'

const COUNT = 1_000_000
const DAY = 86_400
const every = (number: number) => [{ address: '0.0.0.0', port: number }]
const HEADER = /^[A-Za-z0-9-]+$/

const webphone: Shape<WebphoneSettings> = {
  ws_addr: { kind: oneOrMore(address(2082)), default: every(2082), about: 'Call control; "" is off.' },
  wss_addr: { kind: oneOrMore(address(2081)), default: every(2081), about: 'The same over TLS; "" is off.' },
  phone_http_addr: { kind: oneOrMore(address(980)), default: every(980), about: 'Web phone; "" is off.' },
  phone_https_addr: {
    kind: oneOrMore(address(943)),
    default: every(943),
    about: 'The same over TLS; "" is off.',
  },
  legacy: {
    kind: group<WebphoneSettings['legacy']>({
      cipher: {
        kind: oneOf(['aes128ecb', 'des', 'off']),
        default: 'aes128ecb',
        about: 'Cipher of old clients.',
      },
      key: {
        kind: string(),
        default: '',
        secret: true,
        about: 'Its key; without one old clients are refused.',
      },
      plain_ws: { kind: boolean, default: false, about: 'Old logins also without TLS.' },
      takeover: {
        kind: boolean,
        default: false,
        about: 'A new login of a number ends a live one; else it is refused.',
      },
    }),
    fill: true,
    about: 'Old clients.',
  },
  origins: {
    kind: oneOrMore(string()),
    default: [],
    about: 'Web sites whose pages may connect, besides those of this host; "*" is any.',
  },
  proxy: {
    kind: group<WebphoneSettings['proxy']>({
      domain: { kind: string(), default: '', about: 'Its SIP domain.' },
      addr: { kind: optional(remote(5060)), about: 'External SIP proxy.', otherwise: 'the built-in core' },
      local_port: { kind: port, default: 5090, about: 'Local SIP port.' },
      t1: { kind: integer(1, 60_000), default: 500, about: 'T1, milliseconds.' },
      t2: { kind: integer(1, 600_000), default: 4000, about: 'T2, milliseconds.' },
      t4: { kind: integer(1, 600_000), default: 5000, about: 'T4, milliseconds.' },
    }),
    fill: true,
    about: 'Where extensions register.',
  },
  interface: { kind: string(), default: '', about: 'Network interface of media.' },
  video_resolution: {
    kind: string(/^\d{2,5}\*\d{2,5}$/, 'width*height'),
    default: '640*480',
    about: 'Of video.',
  },
  cdr_keep_days: { kind: integer(1, 36_500), default: 180, about: 'Days that call records are kept.' },
  max_blf: { kind: integer(0, COUNT), default: 200, about: 'Watched extensions per client.' },
  phone_book_url: { kind: string(), default: '', about: 'XML phone book.' },
  talking_timeout: { kind: integer(0, DAY), default: 30, about: 'Seconds without audio.' },
  video_timeout: { kind: integer(0, DAY), default: 40, about: 'Seconds without video.' },
  hold_timeout: { kind: integer(0, DAY), default: 600, about: 'Seconds on hold.' },
  media_port: { kind: integer(1024, 65_000), default: 50_000, about: 'First port of media.' },
  mapped_ip: {
    kind: string(/^(?:|[0-9A-Fa-f.:]+)$/, 'IP address'),
    default: '',
    about: 'Address outside of a NAT.',
  },
  max_registers: { kind: integer(1, COUNT), default: 500, about: 'Registered clients.' },
  max_calls: { kind: integer(1, COUNT), default: 240, about: 'Calls at once.' },
  max_videos: { kind: integer(0, COUNT), default: 100, about: 'Video calls at once.' },
}
export const webphoneKind = group(webphone)

const clickToCall: Shape<ClickToCallSettings> = {
  enabled: { kind: boolean, default: false, about: 'The service is on.' },
  tel: { kind: string(), default: '', about: 'Number shown as caller.' },
  user: { kind: string(), default: '', about: 'SIP account.' },
  password: { kind: string(), default: '', secret: true, about: 'Its password.' },
  expires: { kind: integer(1, DAY), default: 60, about: 'Seconds of its registration.' },
  allow: { kind: oneOrMore(string()), default: ['600'], about: 'Numbers guests may call.' },
  origins: { kind: oneOrMore(string()), default: [], about: 'Web sites with the widget.' },
  cti_header: {
    kind: string(HEADER, 'name of a header'),
    default: 'X-CTI-Data',
    about: 'Header of CTI data.',
  },
  skill_header: {
    kind: string(HEADER, 'name of a header'),
    default: 'X-Skill',
    about: 'Header of skill data.',
  },
}
export const clickToCallKind = group(clickToCall)

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
  number: { kind: string(), default: '', about: 'Number of its SIM.' },
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
    kind: string(/^\S+$/, 'plus, bare, national or a prefix'),
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
    kind: string(/^(?:|[A-Z]{2})$/, 'country such as "DE"'),
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
