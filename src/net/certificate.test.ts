import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { loadOrCreateCertificate, selfSigned } from './certificate.ts'

test('a certificate names hosts and addresses, lasts ten years and fits its key', async () => {
  const { certificate, key } = await selfSigned(['ims.example', '192.0.2.1', '2001:db8::1'])
  const read = new X509Certificate(certificate)
  assert.equal(read.checkHost('ims.example'), 'ims.example')
  assert.equal(read.checkIP('192.0.2.1'), '192.0.2.1')
  assert.equal(read.checkIP('2001:db8::1'), '2001:db8::1')
  assert.equal(read.checkHost('other.example'), undefined)
  assert.equal(read.verify(read.publicKey), true)
  const years = (Date.parse(read.validTo) - Date.parse(read.validFrom)) / (365.25 * 86_400_000)
  assert.equal(Math.round(years), 10)
  createSecureContext({ cert: certificate, key })
})

test('it is made once and kept, for its owner only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'))
  try {
    const data = join(folder, 'data')
    const first = await loadOrCreateCertificate(data, ['localhost'])
    assert.deepEqual(await loadOrCreateCertificate(data, ['other']), first)
    for (const name of ['tls.crt', 'tls.key'])
      assert.equal((await stat(join(data, name))).mode & 0o777, 0o600)
  } finally {
    await rm(folder, { recursive: true })
  }
})
