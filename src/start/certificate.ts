import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import type { Settings } from '#config'

export type Pem = { certificate: string; key: string; authorities?: string }

/** The operator's own certificate, as PEM; undefined when the configuration names none. Throws when a file cannot be read. */
export const configuredCertificate = ({ tls }: Settings): Pem | undefined =>
  tls.certificate !== undefined && tls.key !== undefined
    ? { certificate: readFileSync(tls.certificate, 'utf8'), key: readFileSync(tls.key, 'utf8') }
    : undefined

/** Who may vouch for those that we call over TLS, as PEM. */
export const authoritiesOf = ({ tls }: Settings): { authorities?: string } =>
  tls.authorities === undefined ? {} : { authorities: readFileSync(tls.authorities, 'utf8') }

/** Names that a certificate of our own making should be good for. */
export const certificateNames = ({ domain }: Settings): string[] => {
  const names = new Set(['localhost', hostname(), ...(domain === '' ? [] : [domain])])
  for (const addresses of Object.values(networkInterfaces()))
    for (const { address } of addresses ?? []) names.add(address.split('%')[0] as string)
  return [...names]
}

/** True when anything that this configuration opens speaks TLS. */
export const needsCertificate = ({ sip_addr, admin, webphone }: Settings): boolean =>
  sip_addr.some(({ tls_addr, wss_addr }) => tls_addr !== undefined || wss_addr !== undefined) ||
  (admin?.https_addr.length ?? 0) > 0 ||
  (webphone?.wss_addr.length ?? 0) > 0 ||
  webphone?.proxy.transport === 'tls' ||
  (webphone?.phone_https_addr.length ?? 0) > 0
