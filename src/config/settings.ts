import type { Endpoint } from '#lib/wire'
import type { EjoinSettings, GoipSettings, RouteSettings, SimsSettings } from './settings-gateways.ts'
import type {
  AdminSettings,
  CallsSettings,
  ClusterSettings,
  ComAuth,
  EmergencySettings,
  MailboxSettings,
  MediaSettings,
  MessagesSettings,
  RecordingSettings,
  SecuritySettings,
  SmppSettings,
  StorageSettings,
  TlsSettings,
  TrunkSettings,
  WebhookSettings,
} from './settings-groups.ts'
import type { UserEntry } from './settings-users.ts'
import type { ClickToCallSettings, WebphoneSettings } from './settings-web.ts'

export type * from './settings-gateways.ts'
export type * from './settings-groups.ts'
export type * from './settings-users.ts'
export type * from './settings-web.ts'

/**
 * The effective configuration: every default is applied, every file name is absolute, every address is parsed.
 * Names are those of the file: the manual's section 5.2, then Tandem's own. Durations are seconds unless their
 * name says otherwise. An absent optional member means: that part is off.
 */
export type Settings = {
  log_filename?: string
  /** The assignments as written; the log room reads them. Empty: its defaults. */
  log_options: string
  /** May be empty: then no SIP is answered (a start-up warning says so). */
  sip_addr: SipListener[]
  sctp_addr?: Endpoint
  cx_server_addr?: Endpoint
  /** Falls back to sctp_addr. */
  cx_bind_addr?: Endpoint
  cx_origin_realm: string
  cx_origin_host: string
  /** Falls back to cx_server_addr. */
  rx_server_addr?: Endpoint
  /** Falls back to cx_bind_addr. */
  rx_bind_addr?: Endpoint
  rx_origin_realm: string
  rx_origin_host: string
  domain: string
  /** Bytes. */
  tcp_threshold: number
  session_expires: number
  precondition: boolean
  p_called_party_id: boolean
  ipsec: boolean
  /** Absent: every supported algorithm. */
  ipsec_aalg_list?: string[]
  ipsec_ealg_list?: string[]
  dialog_timeout: number
  auth_on_register_only: boolean
  com_addr?: Endpoint
  com_name: string
  com_ssl_certificate?: string
  com_ssl_key?: string
  com_ssl_peer_verify: boolean
  license_server?: { server_addr: string; name?: string; tag?: string }
  sms_expires: number
  binding_expires: number
  /** 0: what the handset asks for. */
  subscribe_expires: number
  user_agent: string
  timer_t1: number
  timer_t2: number
  timer_t4: number
  custom_headers: CustomHeader[]
  sms_retry_delay: number
  /** The number of the echo service. */
  echo?: string
  mt_call_sdp_file?: string
  sms_message_filter: Record<SmsMessageKind, SmsTreatment>
  /** 0: no override. */
  sms_forced_cp_cause: number
  sms_forced_rp_cause: number
  ue_db_filename?: string
  ue_db: UserEntry[]

  /** Folder of the configuration file: names of files that come later (remote API) start from it too. */
  config_dir: string
  /** Absolute. TANDEM_DATA wins over the file. */
  data_dir: string
  tls: TlsSettings
  security: SecuritySettings
  com_auth: ComAuth
  storage: StorageSettings
  media: MediaSettings
  messages: MessagesSettings
  calls: CallsSettings
  mailbox: MailboxSettings
  recording: RecordingSettings
  emergency: EmergencySettings
  trunks: TrunkSettings[]
  routes: RouteSettings[]
  sims: SimsSettings
  /** Country in which numbers without a country are meant, ISO 3166; empty: that of their sender. */
  region: string
  webhooks: WebhookSettings[]
  admin?: AdminSettings
  webphone?: WebphoneSettings
  click_to_call?: ClickToCallSettings
  goip?: GoipSettings
  ejoin?: EjoinSettings
  smpp?: SmppSettings
  cluster?: ClusterSettings
}

/** One SIP server socket (item of sip_addr) with the media ports that go with it. */
export type SipListener = {
  addr: Endpoint
  /** Where to bind instead of addr: an address (its port defaults to addr's), or the name of a network interface. */
  bind_addr?: Endpoint | { interface: string }
  /** UDP ports of media, both ends included. */
  port_min: number
  port_max: number
  tls_addr?: Endpoint
  ws_addr?: Endpoint
  wss_addr?: Endpoint
}

export type CustomHeader = {
  name: string
  value: string
  /** Upper case; `*` is every method. Empty: on no request. */
  methods: string[]
  /** 0 is every code. Empty: on no response. */
  codes: number[]
}

export type SmsMessageKind = 'cp_data' | 'cp_ack' | 'rp_data' | 'rp_ack'
export type SmsTreatment = 'treat' | 'ignore' | 'reject'
