import type { Endpoint } from '#lib/wire'

/** What web phones and guests of web sites may do. Names and defaults are a contract, as in settings-groups.ts. */

export type WebphoneSettings = {
  ws_addr: Endpoint[]
  wss_addr: Endpoint[]
  phone_http_addr: Endpoint[]
  phone_https_addr: Endpoint[]
  /** Which of them the file names itself: those must be bound. */
  phone_given: { http: boolean; https: boolean }
  /** Empty: by the host that a page came from, and ws_addr and wss_addr. */
  ws_urls: string[]
  legacy: { cipher: 'aes128ecb' | 'des' | 'off'; key: string; plain_ws: boolean; takeover: boolean }
  /** Web sites whose pages may connect, besides those of this host. */
  origins: string[]
  /** Header fields of calls by which a call centre names them, and the agent. */
  aid_header: string
  agtel_header: string
  /** Timers in milliseconds; no addr: the built-in core. */
  proxy: {
    domain: string
    addr?: Endpoint
    transport: 'udp' | 'tcp' | 'tls'
    local_port: number
    t1: number
    t2: number
    t4: number
  }
  interface: string
  video_resolution: string
  cdr_keep_days: number
  max_blf: number
  phone_book_url: string
  /** Empty: all users. */
  directory: { group: string; entries: { name: string; tel: string; blf: boolean }[] }[]
  push: { enabled: boolean; contact: string; private: boolean }
  talking_timeout: number
  video_timeout: number
  hold_timeout: number
  leaving_timeout: number
  media_port: number
  mapped_ip: string
  /** Absolute paths, both or neither; neither: one of our own making, kept in data_dir. */
  dtls: { certificate?: string; key?: string }
  max_registers: number
  max_calls: number
  max_videos: number
}

export type ClickToCallSettings = {
  enabled: boolean
  tel: string
  user: string
  password: string
  expires: number
  allow: string[]
  call_back: string[]
  per_hour: number
  per_minute: number
  max_calls: number
  call_minutes: number
  day_minutes: number
  origins: string[]
  cti_header: string
  skill_header: string
  flash_http_port: number
  flash_sip_port: number
  rtmp_port: number
  rtmps_port: number
  flash_protocol: 'RTMP' | 'RTMPS'
}
