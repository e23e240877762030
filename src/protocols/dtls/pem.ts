import { createPrivateKey, X509Certificate } from 'node:crypto'
import { err, ok, type Result } from '#lib/result'
import type { Certificate } from './certificate.ts'

const armoured = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${der.toBase64().replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`

/** Both in one text: the key, then the certificate. */
export const printPem = ({ certificate, privateKey }: Certificate): string =>
  armoured('PRIVATE KEY', privateKey) + armoured('CERTIFICATE', certificate)

/** Of PEM texts, which may be the same: the first certificate and its key. The error says what is wrong. */
export const readPem = (certificate: string, key: string): Result<Certificate, string> => {
  try {
    const read = new X509Certificate(certificate)
    const privateKey = createPrivateKey(key)
    // RFC 8827 §6.5: what every browser must take; the handshake signs with nothing else.
    if (read.publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      return err('the certificate is not on P-256')
    if (!read.checkPrivateKey(privateKey)) return err('the key is not that of the certificate')
    return ok({
      certificate: new Uint8Array(read.raw),
      privateKey: new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })),
    })
  } catch {
    return err('this is no PEM of a certificate and its key without a password')
  }
}

/** When it ends, wall clock. */
export const endOf = ({ certificate }: Certificate): number =>
  new X509Certificate(certificate).validToDate.getTime()
