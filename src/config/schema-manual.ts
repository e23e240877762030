import type { Endpoint } from '#lib/wire'
import type { Kind, Shape } from './schema.ts'
import { address, bindAddress, parseEndpoint, remote } from './schema-addresses.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { boolean, fileName, integer, number, oneOf, port, string } from './schema-kinds.ts'
import { logOptions } from './schema-log.ts'
import type { CustomHeader, Settings, SipListener, SmsTreatment } from './settings.ts'
import { emptyObject, type Value } from './value.ts'

/** What the manual's section 5.2 gives at top level; `ue_db` and Tandem's own groups stand elsewhere. */
export type ManualSettings = Omit<
  Pick<Settings, Exclude<keyof Settings, TandemName>>,
  'config_dir' | 'ue_db' | 'domain' | 'mt_call_sdp_file' | 'custom_headers'
> & {
  domain?: string
  mt_call_sdp_file?: string
  custom_headers: CustomHeader[]
  qci?: number
}

export type TandemName =
  | (
      | 'data_dir'
      | 'tls'
      | 'security'
      | 'com_auth'
      | 'storage'
      | 'media'
      | 'messages'
      | 'calls'
      | 'mailbox'
      | 'recording'
      | 'emergency'
      | 'trunks'
      | 'routes'
      | 'sims'
      | 'region'
      | 'webhooks'
    )
  | ('admin' | 'webphone' | 'click_to_call' | 'goip' | 'ejoin' | 'smpp' | 'cluster')

const SECONDS = 2_147_483_647
/** The manual prints 3368, a misprint that its later editions correct; RFC 6733 says 3868. */
const DIAMETER_PORT = 3868
const off = (value: boolean): boolean => !value

const listener: Kind<SipListener> = group<SipListener>(
  {
    addr: { kind: address(5060), required: true, about: 'Address of the SIP server, UDP and TCP.' },
    bind_addr: { kind: bindAddress, about: 'Where to bind instead of addr.' },
    port_min: { kind: port, default: 10000, about: 'Lowest UDP port of media.' },
    port_max: { kind: port, default: 20000, about: 'Highest UDP port of media.' },
    tls_addr: { kind: address(5061), about: 'Address of SIP over TLS.' },
    ws_addr: { kind: address(5080), about: 'Address of SIP over WebSocket.' },
    wss_addr: { kind: address(5443), about: 'Address of SIP over secure WebSocket.' },
  },
  'warn',
)

/** A string stands for an object with that addr (manual 5.2). */
const listenerOrString: Kind<SipListener> = {
  ...listener,
  text: 'string or object',
  read: (value: Value, at) => {
    if (value.kind !== 'string') return listener.read(value, at)
    const object = emptyObject(value.place)
    object.members.set('addr', { place: value.place, value })
    return parseEndpoint(value.value, 0)
      ? listener.read(object, at)
      : address(5060).read(value, at) && undefined
  },
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

const customHeader = group<CustomHeader>(
  {
    name: { kind: string(TOKEN, 'name of a header'), required: true, about: 'Name of the header.' },
    value: { kind: string(), required: true, about: 'Its value.' },
    methods: {
      kind: oneOrMore(string(/^(?:\*|[A-Za-z]+)$/, 'SIP method or "*"')),
      default: [],
      about: 'Requests that get it; `*` is all.',
    },
    codes: { kind: oneOrMore(code()), default: [], about: 'Responses that get it; 0 is all.' },
  },
  'warn',
)

function code(): Kind<number> {
  const range = integer(100, 699)
  return {
    text: '0 or integer 100..699',
    read: (value, at) => (value.kind === 'number' && value.value === 0 ? 0 : range.read(value, at)),
  }
}

const treatment = { kind: oneOf<SmsTreatment>(['treat', 'ignore', 'reject']), default: 'treat' as const }
const plannedText = { status: 'planned' as const }
const treated = (value: SmsTreatment): boolean => value === 'treat'

const logs: Pick<Shape<ManualSettings>, 'log_filename' | 'log_options'> = {
  log_filename: { kind: fileName(), about: 'Log file; without one the log goes to standard output.' },
  log_options: { kind: logOptions, default: '', about: 'Comma separated assignments, see docs/logs.md.' },
}

const endpoint = (defaultPort: number, about: string, otherwise?: string) => ({
  kind: remote(defaultPort) as Kind<Endpoint>,
  about,
  ...plannedText,
  ...(otherwise !== undefined && { otherwise }),
})
const name = (value: string, about: string) => ({ kind: string(), default: value, about, ...plannedText })

const algorithms = { kind: listOf(string(/^[\w-]+$/, 'name of an algorithm')), status: 'planned' as const }

/** In the order of the manual, which is the order of `tandem check` and of the reference. */
export const manualShape: Shape<ManualSettings> = {
  ...logs,
  sip_addr: { kind: oneOrMore(listenerOrString), default: [], about: 'SIP server sockets.' },
  sctp_addr: { kind: address(29118), about: 'Address for MMEs (SMS over SGs).', ...plannedText },
  cx_server_addr: endpoint(DIAMETER_PORT, 'HSS, for Cx.'),
  cx_bind_addr: endpoint(0, 'Where Cx is bound.', 'sctp_addr'),
  cx_origin_realm: name('amarisoft.com', 'Origin-Realm of Cx.'),
  cx_origin_host: name('ims.amarisoft.com', 'Origin-Host of Cx.'),
  rx_server_addr: endpoint(DIAMETER_PORT, 'PCRF or MME, for Rx.', 'cx_server_addr'),
  rx_bind_addr: endpoint(0, 'Where Rx is bound.', 'cx_bind_addr'),
  rx_origin_realm: name('amarisoft.com', 'Origin-Realm of Rx.'),
  rx_origin_host: name('ims.amarisoft.com', 'Origin-Host of Rx.'),
  domain: {
    kind: string(/^[\w.[\]:-]+$/, 'domain name'),
    about: 'SIP domain of identities and authentication.',
    otherwise: 'the first address of sip_addr',
  },
  tcp_threshold: { kind: integer(0, 65535), default: 1300, about: 'Requests of more bytes go by TCP.' },
  session_expires: {
    kind: integer(90, SECONDS),
    default: 3600,
    about: 'Session-Expires, seconds (RFC 4028).',
  },
  precondition: {
    kind: boolean,
    default: false,
    about: 'QoS preconditions (RFC 3312).',
    ...plannedText,
    idle: off,
  },
  p_called_party_id: { kind: boolean, default: false, about: 'P-Called-Party-ID in INVITE and MESSAGE.' },
  ipsec: { kind: boolean, default: true, about: 'IPsec security agreement.', ...plannedText, idle: off },
  ipsec_aalg_list: { ...algorithms, about: 'IPsec authentication algorithms.', otherwise: 'all' },
  ipsec_ealg_list: { ...algorithms, about: 'IPsec encryption algorithms.', otherwise: 'all' },
  qci: {
    kind: number(0, 255),
    about: 'Withdrawn by the manual.',
    status: 'obsolete',
    because: 'set the QCI in the rx object of the MME',
  },
  dialog_timeout: {
    kind: integer(0, SECONDS),
    default: 15,
    about: 'Seconds of silence that end a call; 0: never.',
  },
  auth_on_register_only: { kind: boolean, default: false, about: 'Only REGISTER is authenticated.' },
  com_addr: { kind: address(9000), about: 'WebSocket address of the remote API.' },
  com_name: {
    kind: string(),
    default: 'IMS',
    about: 'Name of this server in the remote API.',
  },
  com_ssl_certificate: { kind: fileName('should'), about: 'Certificate of the remote API.' },
  com_ssl_key: { kind: fileName('should'), about: 'Its private key.' },
  com_ssl_peer_verify: {
    kind: boolean,
    default: false,
    about: 'Clients of the remote API need a certificate.',
  },
  license_server: {
    kind: group<{ server_addr: string; name?: string; tag?: string }>(
      {
        server_addr: { kind: string(), required: true, about: 'Its address.' },
        name: { kind: string(), about: 'Text shown.' },
        tag: { kind: string(), about: 'Tag of the licence.' },
      },
      'warn',
    ),
    about: "Amarisoft's licence server.",
    status: 'ignored',
    because: 'Tandem needs no licence',
  },
  sms_expires: {
    kind: integer(1, SECONDS),
    default: 86400,
    about: 'Seconds a text is kept.',
  },
  binding_expires: { kind: integer(1, SECONDS), default: 3600, about: 'Default seconds of a registration.' },
  subscribe_expires: {
    kind: integer(0, 864_000),
    default: 0,
    about: 'Most seconds of a subscription; 0: as asked for.',
  },
  user_agent: {
    kind: string(),
    default: 'Tandem',
    about: 'User-Agent and Server header.',
    otherwise: '`Tandem/<version>`',
  },
  timer_t1: { kind: number(0.01, 60), default: 2, about: 'SIP timer T1, seconds.' },
  timer_t2: { kind: number(0.01, 600), default: 16, about: 'SIP timer T2, seconds.' },
  timer_t4: { kind: number(0.01, 600), default: 17, about: 'SIP timer T4, seconds.' },
  custom_headers: { kind: listOf(customHeader), default: [], about: 'Headers added to messages.' },
  sms_retry_delay: {
    kind: integer(1, SECONDS),
    default: 30,
    about: 'Seconds between tries of a text.',
  },
  echo: { kind: string(/^[^\s@]+$/, 'number or name'), about: 'Number of the echo service.' },
  mt_call_sdp_file: {
    kind: fileName('should'),
    about: 'SDP of calls from the server.',
    otherwise: 'its own',
  },
  sms_message_filter: {
    kind: group<ManualSettings['sms_message_filter']>(
      {
        cp_data: { ...treatment, about: 'CP-DATA.', ...plannedText, idle: treated },
        cp_ack: { ...treatment, about: 'CP-ACK.', ...plannedText, idle: treated },
        rp_data: { ...treatment, about: 'RP-DATA.' },
        rp_ack: { ...treatment, about: 'RP-ACK.' },
      },
      'warn',
    ),
    fill: true,
    about: 'What happens to SMS messages.',
  },
  sms_forced_cp_cause: {
    kind: integer(0, 255),
    default: 0,
    about: 'CP cause to answer with; 0: none.',
    ...plannedText,
    idle: (value) => value === 0,
  },
  sms_forced_rp_cause: {
    kind: integer(0, 255),
    default: 0,
    about: 'RP cause to answer with; 0: none.',
  },
  ue_db_filename: {
    kind: fileName(),
    about: 'SQLite file of the state.',
    otherwise: '`<data_dir>/tandem.db`',
  },
}
