import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { dtlsTexts } from './dtls-certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-dtls-'))
after(() => rmSync(folder, { recursive: true }))

describe('the certificate of DTLS', () => {
  const settings = (dtls = {}) => ({ data_dir: folder, webphone: { dtls } }) as never
  let made = 0
  const make = (): string => `certificate ${++made}`

  test('is made once, for the server alone, and anew before its end', () => {
    const first = dtlsTexts(settings(), make, () => true)
    assert.deepEqual(first, { certificate: 'certificate 1', key: 'certificate 1' })
    assert.deepEqual(
      dtlsTexts(settings(), make, () => true),
      first,
    )
    const file = join(folder, 'dtls.pem')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    chmodSync(file, 0o644)
    assert.equal(dtlsTexts(settings(), make, (text) => text !== 'certificate 1')?.key, 'certificate 2')
    assert.equal(readFileSync(file, 'utf8'), 'certificate 2\n')
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  test('is the operator’s where there is one, and none without web phones', () => {
    const [certificate, key] = [join(folder, 'c.pem'), join(folder, 'k.pem')]
    writeFileSync(certificate, 'c')
    writeFileSync(key, 'k')
    assert.deepEqual(
      dtlsTexts(settings({ certificate, key }), make, () => false),
      { certificate: 'c', key: 'k' },
    )
    assert.equal(
      dtlsTexts({ data_dir: folder, webphone: undefined } as never, make, () => true),
      undefined,
    )
  })
})
