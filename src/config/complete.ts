import { dirname, join, resolve } from 'node:path'
import { isLoopback } from '#lib/loopback'
import type { Endpoint } from '#lib/wire'
import type { Findings } from './check.ts'
import { checkEjoin } from './check-ejoin.ts'
import { checkNames } from './check-names.ts'
import { checkReferences } from './check-references.ts'
import { checkTrunks } from './check-trunks.ts'
import { checkWeb } from './check-web.ts'
import { printEndpoint } from './schema-addresses.ts'
import type { RootSettings } from './schema-root.ts'
import type { RouteSettings, Settings, SipListener, StorageSettings, WebphoneSettings } from './settings.ts'
import { toUsers } from './users.ts'
import type { ObjectValue, Place } from './value.ts'

export type Completion = {
  env: { TANDEM_DATA?: string | undefined }
  version: string
  check: Findings
  root: ObjectValue
}

/** From what is written to what holds: fallbacks between properties, and the rules that bind several of them. */
export const completeSettings = (read: RootSettings, { env, version, check, root }: Completion): Settings => {
  const written = { ...read, routes: read.routes.map(withTargets) }
  const { ue_db, storage, domain: ownDomain, webphone, qci: _, ...same } = written
  const place = (name: string): Place => root.members.get(name)?.value.place ?? root.place
  const domain = ownDomain ?? domainOf(written, root, check)
  checkListeners(written.sip_addr, place('sip_addr'), check)
  checkPairs(written, place, check)
  checkNames(written, root, check)
  checkEmergency(written, place, check)
  checkEjoin(written, root, check)
  checkRoutes(written, place, check)
  checkTrunks(written, place, check)
  checkWeb(written, place, check)
  const { media } = written
  if (media.engine === 'rtpengine' && media.servers.length === 0)
    check.problem(place('media'), 'media.servers', 'rtpengine is nowhere: say where its ng protocol is')
  if (media.engine !== 'rtpengine')
    for (const [name, is] of Object.entries({ keys_addr: media.keys_addr, transcode: media.transcode[0] }))
      if (is) check.warn(place('media'), `media.${name}`, 'means nothing without engine: "rtpengine"')
  if (written.com_auth.open && written.com_addr && !isLoopback(written.com_addr.address)) {
    check.warn(place('com_auth'), 'com_auth.open', 'whoever reaches com_addr rules this server')
  }
  const data_dir = dataDirOf(written.data_dir, env, check)
  const users = toUsers(ue_db, { ...written, domain }, check)
  checkReferences(written, users, root, check)
  const { sctp_addr } = written
  const cx_bind = written.cx_bind_addr ?? (sctp_addr && { address: sctp_addr.address, port: 0 })
  const rx_server = written.rx_server_addr ?? written.cx_server_addr
  const rx_bind = written.rx_bind_addr ?? cx_bind
  return {
    ...same,
    domain,
    config_dir: resolve(dirname(root.place.file)),
    data_dir,
    user_agent: userAgentOf(written, version, root, check),
    sip_addr: written.sip_addr.map(withBindPort),
    storage: storageOf(storage.url, written.ue_db_filename, data_dir),
    com_auth: {
      open: written.com_auth.open,
      ...(written.com_auth.key !== '' && { key: written.com_auth.key }),
    },
    ...(webphone && { webphone: { ...webphone, phone_given: givenIn(root) } }),
    ue_db: users,
    ...(written.echo !== undefined && { echo: written.echo.replace(/^(?:sip|tel):/i, '') }),
    ...(cx_bind && { cx_bind_addr: cx_bind }),
    ...(rx_server && { rx_server_addr: rx_server }),
    ...(rx_bind && { rx_bind_addr: rx_bind }),
  }
}

/** Targets that were refused are said already: the rest of their route is checked without them. */
const withTargets = ({ to = [], ...route }: RouteSettings): RouteSettings => ({ ...route, to })

/** A default port that cannot be had is told; one that the file names is a reason not to start. */
const givenIn = (root: ObjectValue): WebphoneSettings['phone_given'] => {
  const group = root.members.get('webphone')?.value
  const names = group?.kind === 'object' ? group.members : new Map()
  return { http: names.has('phone_http_addr'), https: names.has('phone_https_addr') }
}

const domainOf = ({ sip_addr, ue_db }: RootSettings, root: ObjectValue, check: Findings): string => {
  const own = sip_addr.find(({ addr }) => addr && addr.address !== '0.0.0.0' && addr.address !== '::')?.addr
    .address
  const domain = own === undefined ? 'localhost' : own.includes(':') ? `[${own}]` : own
  if (ue_db.length > 0) check.warn(root.place, 'domain', `is missing, ${domain} is used`)
  check.record('domain', JSON.stringify(domain))
  return domain
}

const userAgentOf = (
  { user_agent }: RootSettings,
  version: string,
  root: ObjectValue,
  check: Findings,
): string => {
  if (root.members.has('user_agent')) return user_agent
  const shown = check.effective.find(({ path }) => path === 'user_agent')
  if (shown) shown.shown = JSON.stringify(`Tandem/${version}`)
  return `Tandem/${version}`
}

/** A name in the file starts from the file, the default and the environment from where the process runs. */
const dataDirOf = (written: string, env: Completion['env'], check: Findings): string => {
  const fromEnv = env.TANDEM_DATA !== undefined && env.TANDEM_DATA !== ''
  const data_dir = resolve(fromEnv ? String(env.TANDEM_DATA) : written)
  const shown = check.effective.find(({ path }) => path === 'data_dir')
  if (shown) shown.shown = JSON.stringify(data_dir)
  if (shown && fromEnv) shown.source = 'TANDEM_DATA'
  return data_dir
}

const storageOf = (url: string, file: string | undefined, dataDir: string): StorageSettings => {
  if (url === 'sqlite') return { kind: 'sqlite', filename: file ?? join(dataDir, 'tandem.db') }
  return { kind: url.startsWith('mysql') ? 'mysql' : 'postgres', url }
}

const withBindPort = (listener: SipListener): SipListener => {
  const { bind_addr, addr } = listener
  if (!addr || !bind_addr || 'interface' in bind_addr || bind_addr.port !== 0) return listener
  return { ...listener, bind_addr: { ...bind_addr, port: addr.port } }
}

const checkListeners = (listeners: SipListener[], place: Place, check: Findings): void => {
  if (listeners.length === 0) check.warn(place, 'sip_addr', 'is missing or empty: no SIP is answered')
  const taken = new Map<string, string>()
  listeners.forEach(({ addr, tls_addr, ws_addr, wss_addr, port_min, port_max }, index) => {
    const path = `sip_addr[${index}]`
    if (port_min !== undefined && port_max !== undefined && port_max - port_min < 3) {
      check.problem(
        place,
        `${path}.port_max`,
        `${port_min}..${port_max} leaves no room: a call needs 4 ports or more`,
      )
    }
    const claim = (name: string, endpoint: Endpoint | undefined): void => {
      if (!endpoint || endpoint.port === 0) return
      const key = printEndpoint(endpoint)
      const other = taken.get(key)
      if (other) check.problem(place, `${path}.${name}`, `${key} is already the address of ${other}`)
      else taken.set(key, `${path}.${name}`)
    }
    claim('addr', addr)
    claim('tls_addr', tls_addr)
    claim('ws_addr', ws_addr)
    claim('wss_addr', wss_addr)
  })
}

/** Certificates and keys come together. */
const checkPairs = (written: RootSettings, place: (name: string) => Place, check: Findings): void => {
  const { tls, webphone, com_ssl_certificate, com_ssl_key } = written
  if (com_ssl_certificate !== undefined && com_ssl_key === undefined) {
    check.problem(place('com_ssl_certificate'), 'com_ssl_key', 'is missing: com_ssl_certificate needs it')
  }
  const pair = (
    group: 'tls' | 'webphone',
    path: string,
    { certificate, key }: WebphoneSettings['dtls'],
  ): void => {
    if ((certificate === undefined) === (key === undefined)) return
    const [there, lacking] = key === undefined ? ['certificate', 'key'] : ['key', 'certificate']
    // A name that was refused is not missing as well.
    if (check.problems.some(({ property }) => property === `${path}.${lacking}`)) return
    check.problem(place(group), `${path}.${lacking}`, `is missing: ${path}.${there} needs it`)
  }
  pair('tls', 'tls', tls)
  if (webphone) pair('webphone', 'webphone.dtls', webphone.dtls)
}

/** What a route can never do. */
const checkRoutes = ({ routes }: RootSettings, place: (name: string) => Place, check: Findings): void =>
  routes.forEach(({ match, to, fallback }, index) => {
    const trunk = [...to, ...fallback].find((target) => target.startsWith('trunk:'))
    const gateway = [...to, ...fallback].find((target) => target.startsWith('gateway:'))
    if (match.line !== undefined && gateway !== undefined)
      check.problem(
        place('routes'),
        `routes[${index}].to`,
        `"${gateway}": what a SIM has received is for its own number and cannot leave by a SIM again`,
      )
    if (match.kind === 'message' && trunk !== undefined)
      check.problem(
        place('routes'),
        `routes[${index}].to`,
        `"${trunk}": texts do not go to trunks; say kind: "call", or choose a gateway or a webhook`,
      )
  })

/** Whoever lets handsets without a name call wants somebody to answer. */
const checkEmergency = (
  { emergency, ue_db }: RootSettings,
  place: (name: string) => Place,
  check: Findings,
): void => {
  const { policy, to, services, anonymous } = emergency
  const expected = anonymous || ue_db.some(({ written }) => written.anonymous)
  const answered = ue_db.some(({ written }) =>
    written.impu?.some(({ impu }) => /^urn:service:sos/i.test(impu)),
  )
  if (policy === 'alternative' || !expected || answered || to !== '' || Object.keys(services).length > 0)
    return
  check.warn(place('emergency'), 'emergency.to', 'is missing: emergency calls are sent elsewhere (380)')
}
