import 'reflect-metadata'
import { promises as files } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** PEM texts. */
export type Certificate = { certificate: string; key: string }

const YEARS = 10
const DAY_MS = 86_400_000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A certificate for these host names and IP addresses, signed by its own P-256 key, valid for ten years from yesterday. */
export const selfSigned = async (names: string[]): Promise<Certificate> => {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const alternatives: JsonGeneralNames = names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }))
  const from = Date.now() - DAY_MS
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: crypto.getRandomValues(new Uint8Array(15)).toHex().replace(/^./, '1'),
    name: [{ CN: [names[0] ?? 'tandem'] }],
    notBefore: new Date(from),
    notAfter: new Date(from + YEARS * 365.25 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(alternatives),
    ],
  })
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { certificate: `${made.toString('pem')}\n`, key: `${key}\n` }
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await files.readFile(path, 'utf8')
  } catch (problem) {
    if ((problem as { code?: unknown }).code === 'ENOENT') return undefined
    throw problem
  }
}

/** The pair `tls.crt` and `tls.key` of the folder; made at the first start and kept, so that phones may remember it. */
export const loadOrCreateCertificate = async (dataDir: string, names: string[]): Promise<Certificate> => {
  const paths = { certificate: join(dataDir, 'tls.crt'), key: join(dataDir, 'tls.key') }
  const certificate = await readIfThere(paths.certificate)
  const key = await readIfThere(paths.key)
  if (certificate !== undefined && key !== undefined) return { certificate, key }
  const fresh = await selfSigned(names)
  await files.mkdir(dataDir, { recursive: true })
  await files.writeFile(paths.key, fresh.key, { mode: 0o600 })
  await files.writeFile(paths.certificate, fresh.certificate, { mode: 0o600 })
  return fresh
}
