import type { Endpoint } from '#lib/wire'

/** Tandem's own groups. Names and defaults are a contract with those who write configuration files. */

/**
 * Absolute paths. Certificate and key: both or neither; neither: self-signed, kept in data_dir. `authorities`: without it
 * any certificate of whoever we call is taken.
 */
export type TlsSettings = { certificate?: string; key?: string; authorities?: string }

export type SecuritySettings = {
  /** Sources never slowed or blocked: addresses or networks (`10.0.0.0/8`, `fd00::/8`). */
  exempt: string[]
  block_after: number
  block_minutes: number
}

/** Who may use the remote API when com_addr is not loopback. Neither: nobody without a key, one is generated. */
export type ComAuth = { key?: string; open: boolean }

/** `sqlite`: filename is ue_db_filename or `<data_dir>/tandem.db`. */
export type StorageSettings =
  | { kind: 'sqlite'; filename: string }
  | { kind: 'mysql' | 'postgres'; url: string }

export type MediaSettings = {
  /** `none`: descriptions pass untouched, phones send to each other directly. */
  engine: 'embedded' | 'rtpengine' | 'none'
  /** Worker threads; `auto`: by the number of processors. */
  workers: 'auto' | number
  /** Of rtpengine's ng protocol. */
  servers: Endpoint[]
  /** UDP: rtpengine tells of pressed keys. */
  keys_addr?: Endpoint
  /** Encodings, as in `a=rtpmap`, that rtpengine adds to offers, and converts to and from when they are taken. */
  transcode: string[]
}

/** The message store and SMS over IP. */
export type MessagesSettings = {
  /** `text/plain` between registered phones passes through unstored; the receiver's answer is the sender's. */
  relay_only: boolean
  /** Days that messages are kept after their end. */
  keep_days: number
  most_waiting: number
  most_per_recipient: number
  most_per_sender: number
  /** Number of the service centre (RP originator); empty: the IP-SM-GW has no number. */
  smsc: string
  /** User part of the IP-SM-GW's own URI, whose host is the domain. */
  gateway: string
  /** Minutes to wait for missing parts of a long text. */
  part_wait: number
  /** Use national language tables when writing, where they save space. */
  national_tables: boolean
}

export type CallsSettings = {
  /** Seconds that a call may ring. */
  no_answer: number
  /** At once; past it 503. */
  most: number
}

/** What answers for those who do not. */
export type MailboxSettings = {
  /** `auto`: users with a password, where there are web phones. */
  enabled: 'auto' | 'all' | 'off'
  /** Seconds that phones ring before it answers. */
  after: number
  max_seconds: number
  keep_days: number
  /** Messages of one user. */
  most: number
  /** What one dials to hear one's own; empty: nothing. */
  number: string
}

/** Calls that users have recorded. */
export type RecordingSettings = {
  enabled: boolean
  keep_days: number
}

/** Emergency calls: TS 24.229 §5.2.10. */
export type EmergencySettings = {
  policy: 'route' | 'alternative'
  /** A number, name or URI that is dialled instead; empty: only `services` and identities such as urn:service:sos. */
  to: string
  /** By sub-service without its `sos.`, lower case. */
  services: Record<string, string>
  numbers: string[]
  /** Also of callers who prove nothing. */
  anonymous: boolean
  /** What a 380 says. */
  reason: string
  action: 'none' | 'emergency-registration' | 'anonymous-emergencycall'
}

export type TrunkSettings = {
  name: string
  /** Absent: it registers here as the user `account`. */
  addr?: Endpoint
  transport: 'udp' | 'tcp' | 'tls'
  account: string
  user: string
  password: string
  /** Host of URIs towards it; empty: that of `addr`. */
  domain: string
  register: boolean
  /** Requests from its address are not challenged. */
  trusted: boolean
  max_calls: number
  /** Shown to it; empty: the caller's own number. */
  caller: string
  number_format: 'as_dialled' | 'plus' | 'bare' | '00'
  strip: number
  prefix: string
}

export type AdminSettings = {
  /** Absent: one is generated and printed once. */
  password?: string
  api_keys: { name: string; key: string; scopes: string[] }[]
  http_addr: Endpoint[]
  https_addr: Endpoint[]
  public_url?: string
  validation_code: 'always' | 'after_failures' | 'off'
  rows_per_page: number
  log_keep_days: number
  log_failures: number
  block_failures: number
  block_minutes: number
  /** Who may read /metrics besides this machine. */
  metrics: 'key' | 'open'
}

export type SmppSettings = {
  addr: Endpoint[]
  clients: { system_id: string; password: string; max_binds: number }[]
}

/** `retry`: seconds between attempts. */
export type WebhookSettings = {
  name?: string
  url: string
  secret: string
  events: string[]
  retry: number[]
}

export type ClusterSettings = { nats: string[]; node: string }
