import { tapMessages, wantedBy } from '#admin'
import type { GoipSettings, Settings } from '#config'
import type { LiveSettings } from '#core'
import { type Certificate, createCertificate, endOf, printPem, readPem } from '#dtls'
import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { LogSink } from '#logs'
import { type KeysSocket, openKeys } from '#media'
import { loadOrCreateCertificate, type OpenWire, openWire, toBindProblem, type WireOptions } from '#net'
import {
  authoritiesOf,
  certificateNames,
  configuredCertificate,
  createExempt,
  dtlsTexts,
  listenersOf,
  liveSettingsOf,
  needsCertificate,
  type Pem,
  prepareFolder,
} from '#start'
import { type OpenedStore, openStore } from '#storage'

/** Why the house could not be opened: what was wrong, what would be right. */
export type StartFault = { kind: 'folder' | 'bind' | 'store' | 'certificate' | 'admin'; text: string }

/** What everything else stands on. */
export type Ground = {
  settings: Settings
  /** What of them may change while the house runs. */
  live: LiveSettings
  log: LogSink
  timers: Timers
  store: OpenedStore
  wire: OpenWire
  /** Where GoIP gateways send to, if the configuration has any. */
  goipWire?: OpenWire | undefined
  /** Towards the exchange at which web phones are extensions, if there is one. */
  proxyWire?: OpenWire | undefined
  /** Where rtpengine tells of keys, if it does. */
  keys?: KeysSocket | undefined
  pem?: Pem | undefined
  /** By which browsers know our media. */
  dtls?: Certificate | undefined
}

const pemOf = async (settings: Settings): Promise<Result<Pem | undefined, StartFault>> => {
  try {
    const own = configuredCertificate(settings)
    if (!own && !needsCertificate(settings)) return ok(undefined)
    const pem = own ?? (await loadOrCreateCertificate(settings.data_dir, certificateNames(settings)))
    return ok({ ...pem, ...authoritiesOf(settings) })
  } catch (problem) {
    return err({ kind: 'certificate', text: `tls: ${(problem as Error).message}` })
  }
}

/** A certificate of our own lasts a year; browsers look at its fingerprint only, which stays the same as long. */
const RENEW_MS = 30 * 86_400_000

const dtlsOf = (settings: Settings, wallMs: number): Result<Certificate | undefined, StartFault> => {
  const good = (text: string): boolean => {
    const read = readPem(text, text)
    return read.ok && endOf(read.value) - RENEW_MS > wallMs
  }
  const fault = (text: string) => err({ kind: 'certificate', text: `webphone.dtls: ${text}` } as const)
  try {
    const texts = dtlsTexts(settings, () => printPem(createCertificate(wallMs)), good)
    const read = texts && readPem(texts.certificate, texts.key)
    return read === undefined || read.ok ? ok(read?.value) : fault(read.error)
  } catch (problem) {
    return fault((problem as Error).message)
  }
}

/** Opens what can fail, in the order in which it must stand: folder, log, records, sockets. */
export const openGround = async (
  settings: Settings,
  log: LogSink,
  timers: Timers,
): Promise<Result<Ground, StartFault>> => {
  const folder = prepareFolder(settings.data_dir)
  if (!folder.ok) return err({ kind: 'folder', text: folder.error })
  const pem = await pemOf(settings)
  if (!pem.ok) return pem
  const dtls = dtlsOf(settings, timers.clock.wallMs())
  if (!dtls.ok) return dtls
  const file = settings.storage.kind === 'sqlite' ? settings.storage.filename : settings.storage.url
  const store = await openStore({ file, log, timers })
  if (!store.ok) return err({ kind: 'store', text: store.error.text })
  const exempt = createExempt(settings.security.exempt)
  const listeners = listenersOf(settings)
  const tls = pem.value
  const wire = await openWire({ listeners, log, exempt, ...(tls && { tls }) })
  const goipWire = wire.ok && settings.goip ? await openGoipWire(settings.goip, log) : undefined
  const proxyWire = wire.ok ? await openProxyWire(settings, log, tls) : undefined
  const keys = wire.ok ? await openKeysSocket(settings) : undefined
  if (wire.ok && (!goipWire || goipWire.ok) && (!proxyWire || proxyWire.ok) && (!keys || keys.ok))
    return ok({
      settings,
      live: liveSettingsOf(settings),
      log,
      timers,
      store: withWebhooks(store.value, settings),
      wire: wire.value,
      goipWire: goipWire?.value,
      proxyWire: proxyWire?.value,
      keys: keys?.value,
      pem: pem.value,
      dtls: dtls.value,
    })
  await store.value.close()
  const opened = [wire, goipWire, proxyWire, keys]
  for (const one of opened) if (one?.ok) await one.value.close()
  const problem = opened.find((one) => one && !one.ok)
  return err({ kind: 'bind', text: problem && !problem.ok ? problem.error.message : '' })
}

const openGoipWire = ({ addr }: GoipSettings, log: LogSink) =>
  openWire({ listeners: addr.map((udp) => ({ transports: { udp } })), log })

const openKeysSocket = async ({ media: { engine, keys_addr } }: Settings) => {
  if (engine !== 'rtpengine' || !keys_addr) return undefined
  const opened = await openKeys(keys_addr)
  if (opened.ok) return opened
  return err({ message: `media.keys_addr: ${toBindProblem('udp', keys_addr, opened.error).message}` })
}

/** The addresses of sip_addr, each at the port of its own that the exchange of web phones knows. */
const openProxyWire = async (settings: Settings, log: LogSink, pem: WireOptions['tls']) => {
  const { addr, local_port: port, transport, domain = '' } = settings.webphone?.proxy ?? {}
  if (!addr || port === undefined) return undefined
  const tls = pem && { ...pem, peers: [...(domain === '' ? [] : [domain]), addr.address] }
  const taken = new Set<string>()
  const listeners = listenersOf(settings).map(({ transports: { udp }, ...rest }) => {
    if (!udp || taken.has(udp.address)) return { transports: {} }
    taken.add(udp.address)
    const at = { address: udp.address, port }
    return { ...rest, transports: transport === 'tls' ? { tls: at } : { udp: at, tcp: at } }
  })
  return openWire({ listeners, log, ...(transport === 'tls' && tls && { tls }) })
}

/** Steps of messages that webhooks want are written down for them in the same transaction. */
const withWebhooks = (store: OpenedStore, { webhooks }: Settings): OpenedStore =>
  webhooks.length === 0
    ? store
    : { ...store, messages: tapMessages(store.messages, store.outbox, wantedBy(webhooks)) }
