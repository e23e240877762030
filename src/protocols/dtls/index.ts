export { createDtls } from './association.ts'
export {
  type Certificate,
  type CertificateFingerprint,
  createCertificate,
  fingerprintOf,
  keyOf,
} from './certificate.ts'
export {
  type Dtls,
  type DtlsEvents,
  type DtlsFailure,
  type DtlsKeys,
  type DtlsOptions,
  type DtlsRole,
  type DtlsSrtpProfile,
  HANDSHAKE_LIMIT_MS,
  MTU,
} from './contract.ts'
export { endOf, printPem, readPem } from './pem.ts'
