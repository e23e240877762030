import { readFileSync } from 'node:fs'
import { type RemoteDoor, type RemoteHouse, serveRemoteApi } from '#admin'
import type { Settings } from '#config'
import { applyProofSetting, type LiveSettings } from '#core'
import { isLoopback } from '#lib/loopback'
import { err, ok, type Result } from '#lib/result'
import { ensureRemoteKey, nearAddress, printEndpoint, type RemoteAccess, writeRemoteAccess } from '#start'
import type { Ground, StartFault } from './ground.ts'
import type { Network } from './network.ts'

/** The remote API of com_addr, once it is open. */
export type OpenRemote = {
  /** As one may type it. */
  url: string
  /** Where the key lies, when the server made one of its own. */
  keyFile: string | undefined
  close(): Promise<void>
}

type Tls = NonNullable<RemoteDoor['tls']>

const tlsOf = (settings: Settings): Result<Tls | undefined, StartFault> => {
  const { com_ssl_certificate, com_ssl_key, com_ssl_peer_verify: peerVerify } = settings
  if (com_ssl_certificate === undefined || com_ssl_key === undefined) return ok(undefined)
  try {
    const certificate = readFileSync(com_ssl_certificate, 'utf8')
    return ok({ certificate, key: readFileSync(com_ssl_key, 'utf8'), peerVerify })
  } catch (problem) {
    return err({ kind: 'certificate', text: `com_ssl_certificate: ${(problem as Error).message}` })
  }
}

type Key = { key?: string; file?: string }

/** Off loopback a key is asked for, unless the operator wants it open: com_auth. */
const keyOf = ({ com_addr, com_auth, data_dir }: Settings, { random }: Network): Key => {
  if (!com_addr || com_auth.open || isLoopback(com_addr.address)) return {}
  return com_auth.key === undefined ? ensureRemoteKey(data_dir, random) : { key: com_auth.key }
}

const originsOf = ({ admin }: Settings): string[] => {
  const url = admin?.public_url === undefined ? null : URL.parse(admin.public_url)
  return url ? [url.origin] : []
}

const houseOf = (ground: Ground, network: Network, version: string, quit: () => void): RemoteHouse => {
  const { settings, live, log, timers } = ground
  const { subscribers, registrations } = network
  const onSettings = (changed: (keyof LiveSettings)[]): void => {
    if (changed.includes('authOnRegisterOnly'))
      applyProofSetting(subscribers, registrations, live.authOnRegisterOnly)
  }
  return { ...network, name: settings.com_name, version, live, log, timers, onSettings, quit }
}

const accessOf = (settings: Settings, url: string, key: string | undefined): RemoteAccess => {
  const { com_ssl_certificate: certificate, com_ssl_key, com_ssl_peer_verify } = settings
  return {
    url,
    ...(key !== undefined && { key }),
    ...(certificate !== undefined && { certificate }),
    // The manual's certificate is the CA of the clients' ones: it vouches for itself.
    ...(com_ssl_peer_verify &&
      certificate !== undefined &&
      com_ssl_key !== undefined && { clientCertificate: certificate, clientKey: com_ssl_key }),
  }
}

/** Undefined: there is no com_addr. */
export const openRemoteDoor = async (
  ground: Ground,
  network: Network,
  version: string,
  quit: () => void,
): Promise<Result<OpenRemote | undefined, StartFault>> => {
  const { settings, log } = ground
  const { com_addr } = settings
  if (!com_addr) return ok(undefined)
  const tls = tlsOf(settings)
  if (!tls.ok) return tls
  const { key, file } = keyOf(settings, network)
  const served = await serveRemoteApi(houseOf(ground, network, version, quit), {
    at: com_addr,
    ...(tls.value && { tls: tls.value }),
    ...(key !== undefined && { key }),
    origins: originsOf(settings),
    guard: network.guard,
  })
  if (!served.ok) {
    const { kind, text } = served.error
    return err({ kind: kind === 'bind' ? 'bind' : 'certificate', text })
  }
  const { address, port } = served.value.at
  const urlAt = (host: string): string => `${tls.value ? 'wss' : 'ws'}://${printEndpoint(host, port)}/`
  const forget = writeRemoteAccess(settings.data_dir, accessOf(settings, urlAt(nearAddress(address)), key))
  log.write('api', 'info', `the remote API listens on ${urlAt(address)}`)
  const close = async (): Promise<void> => {
    forget()
    await served.value.close()
  }
  return ok({ url: urlAt(address), keyFile: file, close })
}
