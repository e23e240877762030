import type { FirstStart, Settings } from '#config'
import type { Transport } from '#lib/wire'

/** What the start tells a person: where everything listens, and what to try next. */
export type BannerFacts = {
  settings: Settings
  /** Ports really bound, per item of sip_addr. */
  bound: Partial<Record<Transport, number>>[]
  logFile: string
  /** Generated at this start; shown once and never again. */
  adminPassword?: string
  first?: FirstStart
}

const LABEL: Record<Transport, string> = {
  udp: 'SIP over UDP',
  tcp: 'SIP over TCP',
  tls: 'SIP over TLS',
  ws: 'SIP over WebSocket',
  wss: 'SIP over secure WebSocket',
}

const at = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`
const line = (label: string, text: string): string => `  ${label.padEnd(27)}${text}`

const listening = ({ settings, bound }: BannerFacts): string[] => {
  const lines: string[] = []
  settings.sip_addr.forEach(({ addr, port_min, port_max }, index) => {
    for (const [transport, port] of Object.entries(bound[index] ?? {}) as [Transport, number][])
      lines.push(line(LABEL[transport], at(addr.address, port)))
    lines.push(line('Media (RTP)', `${addr.address}, UDP ports ${port_min} to ${port_max}`))
  })
  for (const { address, port } of settings.admin?.http_addr ?? [])
    lines.push(line('REST', `http://${at(address, port)}/api/v1`))
  for (const { address, port } of settings.admin?.https_addr ?? [])
    lines.push(line('REST', `https://${at(address, port)}/api/v1`))
  return lines
}

/** For the start without a file: how to make the first call. */
const firstSteps = ({ settings, first }: BannerFacts): string[] => {
  if (!first) return []
  const lines = ['', 'Users (from the configuration file)']
  for (const { number, user, password } of first.sipUsers)
    lines.push(line(`SIP phone ${number}`, `user ${user}, password ${password}, domain ${settings.domain}`))
  for (const { number, impi, imsi } of first.simUsers)
    lines.push(line(`Handset ${number}`, `SIM ${imsi ?? impi}; its keys are in ${first.file}`))
  const [phone, other] = first.sipUsers
  const [handset] = first.simUsers
  lines.push('', 'Try, in another terminal')
  if (phone && first.echo)
    lines.push(line('Call the echo service', `npx tandem sim ue --user ${phone.number} --call ${first.echo}`))
  const called = handset ?? other
  if (phone && called) {
    lines.push(line('Call between two handsets', `npx tandem sim ue --user ${called.number} --answer`))
    lines.push(line('  and beside it', `npx tandem sim ue --user ${phone.number} --call ${called.number}`))
  }
  lines.push(line('Look into the server', 'npx tandem monitor users'))
  if (phone)
    lines.push(
      '',
      `Point a SIP phone at this machine: server <its address>, user and password as above, then dial ${first.echo ?? phone.number}.`,
    )
  return lines
}

export const printBanner = (facts: BannerFacts): string => {
  const { logFile, adminPassword, settings } = facts
  const lines = [
    '',
    'Tandem listens on',
    ...listening(facts),
    line('Log', logFile),
    line('Data', settings.data_dir),
  ]
  if (adminPassword !== undefined)
    lines.push('', `Admin password (shown this once, please change it): ${adminPassword}`)
  return [...lines, ...firstSteps(facts), ''].join('\n')
}
