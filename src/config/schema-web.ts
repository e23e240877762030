import type { Kind, Shape } from './schema.ts'
import { address, optional, remote } from './schema-addresses.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { boolean, fileName, integer, oneOf, port, string, url } from './schema-kinds.ts'
import type { ClickToCallSettings, WebphoneSettings } from './settings.ts'

/** As it is written: `phone_given` is found out. */
export type WrittenWebphone = Omit<WebphoneSettings, 'phone_given'>

const AT_LEAST = 'of a browser 120 at least, as its page may be away; 0 is never'
const COUNT = 1_000_000
const DAY = 86_400
const every = (number: number) => [{ address: '0.0.0.0', port: number }]
const HEADER = /^[A-Za-z0-9-]+$/

/** The manual's settings for browsers of its time, 1.4 and 2.2.3. */
const flash = <T>(kind: Kind<T>, standard: T, about: string) => ({
  ...{ kind, default: standard, about, status: 'ignored' as const },
  because: 'browsers have no Flash any more; visitors without WebRTC are called back (call_back)',
})

const bookEntry: Shape<WebphoneSettings['directory'][number]['entries'][number]> = {
  name: { kind: string(undefined, 'string', 128), required: true, about: 'Name.' },
  tel: { kind: string(/^\S+$/, 'number without blanks', 64), required: true, about: 'Number.' },
  blf: { kind: boolean, default: true, about: 'Its state may be watched.' },
}

const webphone: Shape<WrittenWebphone> = {
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
  aid_header: {
    kind: string(/^[A-Za-z0-9-]*$/, 'name of a header'),
    default: 'X-ACD-Call-ID',
    about: 'Header by which a call centre names a call (aid); "" is none.',
  },
  agtel_header: {
    kind: string(/^[A-Za-z0-9-]*$/, 'name of a header'),
    default: 'X-ACD-Agent',
    about: 'Header with the number of the agent who serves it (agtel); "" is none.',
  },
  origins: {
    kind: oneOrMore(string()),
    default: [],
    about:
      'Web sites (scheme://host[:port]) whose pages may connect, besides those of this host; "*" is any.',
  },
  ws_urls: {
    kind: oneOrMore(url('ws', 'wss')),
    default: [],
    about: 'Where pages find the WebSocket, if not at this host and these ports: behind a reverse proxy.',
  },
  proxy: {
    kind: group<WebphoneSettings['proxy']>({
      domain: { kind: string(), default: '', about: 'Its SIP domain.' },
      addr: { kind: optional(remote(5060)), about: 'External SIP proxy.', otherwise: 'the built-in core' },
      transport: { kind: oneOf(['udp', 'tcp', 'tls']), default: 'udp', about: 'How it is reached.' },
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
  phone_book_url: {
    kind: string(/^(?:|https?:\/\/\S+)$/, 'http URL'),
    default: '',
    about: 'XML phone book, asked with ?pext=EXTENSION.',
    otherwise: 'directory',
  },
  directory: {
    kind: listOf(
      group<WebphoneSettings['directory'][number]>({
        group: { kind: string(undefined, 'string', 128), required: true, about: 'Name of the group.' },
        entries: { kind: listOf(group(bookEntry)), default: [], about: 'Who is in it.' },
      }),
    ),
    default: [],
    about: 'The phone book of this server; without one it lists the users.',
  },
  push: {
    kind: group<WebphoneSettings['push']>({
      enabled: { kind: boolean, default: true, about: 'Calls and texts reach closed pages.' },
      contact: {
        kind: string(/^(?:|mailto:\S+@\S+|https:\/\/\S+)$/, 'mailto: or https: address'),
        default: '',
        about: 'Where push services may complain.',
        otherwise: 'mailto:admin@ the domain',
      },
      private: {
        kind: boolean,
        default: false,
        about: 'Push services at private addresses too, also without TLS: for tests.',
      },
    }),
    fill: true,
    about: 'Messages by the push services of browsers.',
  },
  talking_timeout: { kind: integer(0, DAY), default: 30, about: `Seconds without audio; ${AT_LEAST}.` },
  video_timeout: { kind: integer(0, DAY), default: 40, about: `Seconds without video; ${AT_LEAST}.` },
  hold_timeout: { kind: integer(0, DAY), default: 600, about: `Seconds on hold; ${AT_LEAST}.` },
  leaving_timeout: {
    kind: integer(0, 90),
    default: 15,
    about: 'Seconds that calls outlive a page that was closed; one that is loaded anew is back before.',
  },
  media_port: { kind: integer(1024, 65_000), default: 50_000, about: 'First port of media.' },
  mapped_ip: {
    kind: string(/^(?:|[0-9A-Fa-f.:]+)$/, 'IP address'),
    default: '',
    about: 'Address outside of a NAT.',
  },
  dtls: {
    kind: group<WebphoneSettings['dtls']>({
      certificate: {
        kind: fileName('must'),
        about: "PEM file of the certificate of browsers' media, on P-256.",
        otherwise: 'self-signed, in data_dir',
      },
      key: { kind: fileName('must'), about: 'PEM file of its private key.' },
    }),
    fill: true,
    about: 'Certificate of DTLS.',
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
  allow: {
    kind: oneOrMore(string()),
    default: ['600'],
    about: 'Numbers guests may call; * is any characters, ? one.',
  },
  call_back: {
    kind: oneOrMore(string()),
    default: [],
    about: 'Numbers of visitors that may be called back, written in the same way; none: nobody is.',
  },
  per_hour: { kind: integer(1, COUNT), default: 20, about: 'Calls from one address in an hour.' },
  per_minute: { kind: integer(1, COUNT), default: 30, about: 'Calls of all guests in a minute.' },
  max_calls: { kind: integer(1, COUNT), default: 10, about: 'Calls of guests at once.' },
  call_minutes: { kind: integer(1, 1440), default: 30, about: 'Minutes that one call may last.' },
  day_minutes: { kind: integer(1, COUNT), default: 600, about: 'Minutes of all of them in 24 hours.' },
  origins: {
    kind: oneOrMore(string()),
    default: [],
    about: 'Web sites with the widget, written in the same way.',
  },
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
  flash_http_port: flash(port, 5080, 'Port of the Flash page.'),
  flash_sip_port: flash(port, 4000, 'SIP port of Flash calls.'),
  rtmp_port: flash(port, 443, 'Port of RTMP.'),
  rtmps_port: flash(port, 7443, 'Port of RTMPS.'),
  flash_protocol: flash(
    oneOf(['RTMP', 'RTMPS'], { rtmp: 'RTMP', rtmps: 'RTMPS' }),
    'RTMP',
    'Protocol of Flash.',
  ),
}
export const clickToCallKind = group(clickToCall)
