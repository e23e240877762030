import { toHex } from '#lib/bytes'
import type { Random } from '#lib/random'
import { rootShape } from './schema-root.ts'

/** A piece of the first configuration: one top-level property with what is told about it. */
type Section = { name: keyof typeof rootShape; about: string; text: string }

const DOMAIN = 'ims.mnc001.mcc001.3gppnetwork.org'
const IMSI = '001010000001003'

/**
 * The commented configuration of the first start: every group, generated secrets, two SIP users (1001, 1002),
 * one SIM user (1003, test network 001 01) and the echo service (600). What is not built yet is written as a comment.
 */
export const firstConfiguration = (random: Random): string =>
  [INTRODUCTION, ...[...general, ...usersOf(random), ...groupsOf(random)].map(print)].join('\n')

const INTRODUCTION = `// Tandem's configuration, written at its first start. Yours to change; Tandem never writes it again.
// "npx tandem check FILE" says what holds and where it comes from. All properties: docs/configuration.md
// The passwords and keys here were generated for this installation. Do not pass this file on.
`

const print = ({ name, about, text }: Section): string => {
  const comments = about
    .split('\n')
    .map((line) => `// ${line}\n`)
    .join('')
  if (rootShape[name].status !== 'planned') return `${comments}${text}\n`
  return `${comments}// (not built yet)\n${text.replace(/^/gm, '// ')}\n`
}

const general: Section[] = [
  {
    name: 'data_dir',
    about: 'State, certificates and generated secrets: beside this file.',
    text: 'data_dir: ".",',
  },
  {
    name: 'sip_addr',
    about: 'Where SIP is answered; media use the UDP ports from port_min to port_max.',
    text: `sip_addr: [
  {
    addr: "0.0.0.0:5060",
    tls_addr: "0.0.0.0:5061",
    ws_addr: "0.0.0.0:5080",
    wss_addr: "0.0.0.0:5443",
    port_min: 10000,
    port_max: 20000,
  },
],`,
  },
  {
    name: 'domain',
    about: 'SIP domain of all users without one of their own.',
    text: 'domain: "tandem.local",',
  },
  { name: 'echo', about: 'Call this number to hear yourself.', text: 'echo: "600",' },
  { name: 'com_addr', about: 'Remote API.', text: 'com_addr: "127.0.0.1:9000",' },
]

const usersOf = (random: Random): Section[] => [
  {
    name: 'ue_db',
    about: `The users. 1001 and 1002 are SIP phones with a password.
1003 is a handset with a SIM: program K and OPc into a test SIM, or use the simulated handset.`,
    text: `ue_db: [
  { impi: "1001", impu: ["1001"], pwd: "${random.token(16)}" },
  { impi: "1002", impu: ["1002"], pwd: "${random.token(16)}" },
  {
    imsi: "${IMSI}",
    msisdn: "12025550103",
    sim_algo: "milenage",
    K: "${toHex(random.bytes(16))}",
    opc: "${toHex(random.bytes(16))}",
    amf: 0x8000,
    sqn: "000000000000",
    impi: "${IMSI}@${DOMAIN}",
    impu: ["1003", "${IMSI}", "tel:+12025550103"],
    domain: "${DOMAIN}",
  },
],`,
  },
]

const groupsOf = (random: Random): Section[] => [
  {
    name: 'tls',
    about: 'Your certificate; without one a self-signed one is made.',
    text: 'tls: { certificate: "", key: "" },',
  },
  {
    name: 'security',
    about: 'A source that fails block_after times is blocked.',
    text: 'security: { exempt: [], block_after: 20, block_minutes: 10 },',
  },
  { name: 'storage', about: 'Records: SQLite in data_dir.', text: 'storage: { url: "sqlite" },' },
  { name: 'media', about: 'The media relay.', text: 'media: { engine: "embedded", workers: "auto" },' },
  {
    name: 'admin',
    about: 'REST API.',
    text: `admin: {
  http_addr: "0.0.0.0:8200",
  api_keys: [{ name: "first", key: "${random.token(32)}", scopes: ["*"] }],
},`,
  },
  {
    name: 'webphone',
    about: `Web phones: open http://127.0.0.1:8200/phone/ and log in as 1001 or 1002.
Their own ports are 980 (http) and 943 (https), where this user may listen there; phone_http_addr and
phone_https_addr choose others.`,
    text: 'webphone: { ws_addr: "0.0.0.0:2082", wss_addr: "0.0.0.0:2081" },',
  },
  {
    name: 'click_to_call',
    about: 'Guest calls from web sites: whom they may call, and the sites.',
    text: 'click_to_call: { enabled: false, allow: ["600"], origins: [] },',
  },
  {
    name: 'goip',
    about: `GoIP gateways: one line for each id and password that a device sends.
This one is for the simulated gateway, "npx tandem sim goip".`,
    text: `goip: {
  addr: "0.0.0.0:44444",
  lines: [{ id: "goip1", password: "${random.token(16)}", number: "+15550100201", device: "box1" }],
},`,
  },
  { name: 'ejoin', about: 'Ejoin gateways.', text: 'ejoin: { devices: [] },' },
  {
    name: 'trunks',
    about: 'Other PBXs and providers: { name, addr, user, password, register }.',
    text: 'trunks: [],',
  },
  {
    name: 'routes',
    about: `Where calls and texts go, besides to the users: texts to +1555… leave by a SIM of box1.
Answers come back to whoever wrote; what else comes in to its SIMs goes to 1001.`,
    text: `routes: [
  { name: "out by SIM", match: { kind: "message", to: "^\\\\+1555" }, to: ["gateway:box1"], strategy: "sticky" },
  { name: "in by SIM", match: { kind: "message", line: "^box1/" }, to: ["subscriber:1001"] },
],`,
  },
  {
    name: 'smpp',
    about: 'Applications that send many texts.',
    text: 'smpp: { addr: "0.0.0.0:2775", clients: [] },',
  },
  { name: 'webhooks', about: 'Events to your applications.', text: 'webhooks: [],' },
  { name: 'cluster', about: 'Several nodes.', text: 'cluster: { nats: [], node: "a" },' },
]
