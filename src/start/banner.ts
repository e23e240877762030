import type { FirstStart, Settings } from '#config'
import type { Transport } from '#lib/wire'
import { isWildcard, ownAddresses, printEndpoint, shownAddress } from './addresses.ts'
import { firstSteps, near } from './first-steps.ts'
import { type PagePlace, phoneSteps, phoneUrls } from './phone-banner.ts'

/** What the start tells a person: where everything listens, and what to try next. */
export type BannerFacts = {
  version: string
  settings: Settings
  /** Ports really bound, per item of sip_addr. */
  bound: Partial<Record<Transport, number>>[]
  logFile: string
  /** The configuration file, and the folder in which the server was started. Absolute. */
  file: string
  cwd: string
  /** Generated at this start; shown once and never again. */
  adminPassword?: string
  /** The remote API; `keyFile` holds the key that was made for it. */
  remote?: { url: string; keyFile: string | undefined }
  first?: FirstStart
  /** Servers with the web phone's pages. */
  pages?: PagePlace[]
}

const LABEL: Record<Transport, string> = {
  udp: 'SIP over UDP',
  tcp: 'SIP over TCP',
  tls: 'SIP over TLS',
  ws: 'SIP over WebSocket',
  wss: 'SIP over secure WebSocket',
}
const SCHEME: Partial<Record<Transport, string>> = { ws: 'ws://', wss: 'wss://' }
/** Another file may hold thousands; the one that was just written holds three. */
const MOST_USERS = 10

const line = (label: string, text: string): string => `  ${label.padEnd(27)}${text}`

export const printBanner = (facts: BannerFacts): string => {
  const { version, logFile, adminPassword, settings, cwd, first } = facts
  const lines = [
    '',
    `Tandem ${version} listens on`,
    ...listening(facts),
    ...webPhone(facts),
    ...remoteApi(facts),
    line('Data', near(cwd, settings.data_dir)),
    line('Log', near(cwd, logFile)),
  ]
  if (adminPassword !== undefined)
    lines.push(
      '',
      `Admin password: ${adminPassword}`,
      '  Shown only now. Choose your own as docs/rest.md says, or have another made by',
      '  "npx tandem monitor password".',
    )
  if (first?.created) lines.push(...users(first, near(cwd, facts.file)))
  lines.push(...phoneSteps(facts.pages ?? [], settings, first))
  lines.push(...firstSteps(facts), ...phone(settings, facts))
  return [...lines, ''].join('\n')
}

const listening = ({ settings, bound }: BannerFacts): string[] => {
  const lines: string[] = []
  settings.sip_addr.forEach(({ addr, port_min, port_max }, index) => {
    const address = shownAddress(addr.address)
    const ports = bound[index] ?? {}
    for (const [transport, port] of Object.entries(ports) as [Transport, number][]) {
      if (transport === 'tcp' && port === ports.udp) continue
      const label = transport === 'udp' && port === ports.tcp ? 'SIP over UDP and TCP' : LABEL[transport]
      lines.push(line(label, `${SCHEME[transport] ?? ''}${printEndpoint(address, port)}`))
    }
    lines.push(line('Media (RTP over UDP)', `${address}, ports ${port_min} to ${port_max}`))
  })
  const { http_addr = [], https_addr = [] } = settings.admin ?? {}
  for (const { address, port } of http_addr)
    lines.push(line('REST', `http://${printEndpoint(shownAddress(address), port)}/api/v1`))
  for (const { address, port } of https_addr)
    lines.push(line('REST over TLS', `https://${printEndpoint(shownAddress(address), port)}/api/v1`))
  for (const { address, port } of settings.goip?.addr ?? [])
    lines.push(line('GoIP gateways (UDP)', printEndpoint(shownAddress(address), port)))
  return [...lines, ...everywhere(settings)]
}

const webPhone = ({ settings, pages = [] }: BannerFacts): string[] => {
  const { here, elsewhere } = settings.webphone ? phoneUrls(pages) : {}
  return [...new Set([here, elsewhere])].flatMap((url) => (url === undefined ? [] : line('Web phone', url)))
}

const remoteApi = ({ remote, cwd }: BannerFacts): string[] => {
  if (!remote) return []
  const lines = [line('Remote API', remote.url)]
  if (remote.keyFile !== undefined) lines.push(line('Its key', `in ${near(cwd, remote.keyFile)}`))
  return lines
}

/** A wildcard is no address to type into a phone: say which ones it stands for. */
const everywhere = ({ sip_addr }: Settings): string[] => {
  const wild = sip_addr.map(({ addr }) => addr.address).filter(isWildcard)
  const others = wild.flatMap((address) =>
    address === '::'
      ? ['::1', ...ownAddresses('IPv6').slice(1)]
      : ['127.0.0.1', ...ownAddresses('IPv4').slice(1)],
  )
  const more = others.filter((address) => !wild.map(shownAddress).includes(address))
  return more.length === 0 ? [] : [line('Also at', more.join(', '))]
}

const users = ({ sipUsers, simUsers }: FirstStart, file: string): string[] => {
  const lines = [
    ...sipUsers.map(({ number, user, password }) =>
      line(`SIP phone ${number}`, `user name ${user}, password ${password}`),
    ),
    ...simUsers.map(({ number, impi, imsi }) => line(`Handset ${number}`, `SIM ${imsi ?? impi}`)),
  ]
  return ['', `Users, made for you in ${file} with all their secrets`, ...lines.slice(0, MOST_USERS)]
}

const phone = (settings: Settings, { bound, first, cwd, file }: BannerFacts): string[] => {
  const [listener] = settings.sip_addr
  const [user] = first?.sipUsers ?? []
  if (!listener || !user) return []
  const server = printEndpoint(shownAddress(listener.addr.address), bound[0]?.udp ?? listener.addr.port)
  const secret = first?.created ? 'the password above' : `password in ${near(cwd, file)}`
  return [
    '',
    'Connect a SIP phone (docs/connect-a-sip-phone.md)',
    `  Server or domain ${server}, user ${user.user}, ${secret}.`,
    ...(first?.echo === undefined ? [] : [`  Then dial ${first.echo} and hear yourself.`]),
  ]
}
