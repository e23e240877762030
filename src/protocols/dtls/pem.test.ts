import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { createCertificate } from './certificate.ts'
import { endOf, printPem, readPem } from './pem.ts'

const NOW = Date.UTC(2030, 0, 1)

test('a certificate and its key go into a text and come back', () => {
  const made = createCertificate(NOW)
  const text = printPem(made)
  const read = readPem(text, text)
  assert.ok(read.ok)
  assert.deepEqual(read.value, made)
  assert.equal(endOf(read.value), NOW + 365 * 86_400_000)
})

test('what is none says why', () => {
  const [one, other] = [printPem(createCertificate(NOW)), printPem(createCertificate(NOW))]
  const said = (certificate: string, key: string) => {
    const read = readPem(certificate, key)
    return read.ok ? 'good' : read.error
  }
  assert.match(said(one, other), /not that of the certificate/)
  assert.match(said(one, ''), /no PEM/)
  assert.match(said('', one), /no PEM/)
  for (let at = 30; at < one.length; at += 17)
    assert.notEqual(said(`${one.slice(0, at)}?${one.slice(at + 9)}`, one), 'good')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  assert.match(said(one, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()), /not that/)
})
