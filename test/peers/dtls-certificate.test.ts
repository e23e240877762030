import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { without } from '../support/peers.ts'
import { temporaryFolder } from '../support/tandem.ts'
import { browserSdp } from '../support/web-clients.ts'
import { socketClient } from '../support/web-socket-client.ts'
import { startWebTown, type WebTown } from '../support/web-town.ts'

/** What a page is told that calls the echo service. */
const fingerprintOf = async (house: WebTown): Promise<string | undefined> => {
  const alice = await socketClient(house, 'alice', 'json')
  alice.say(1003, { to: '600', sdp: browserSdp('page') })
  const { sdp } = await alice.next(9003)
  alice.close()
  return /^a=fingerprint:sha-256 (\S+)/m.exec(String(sdp))?.[1]
}

/** A certificate as operators make one. */
const made = (folder: string, name: string, how: string[]): { certificate: string; key: string } => {
  const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  const more = ['-nodes', '-days', '30', '-subj', '/CN=media.test', '-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', ...how, ...more], { stdio: 'ignore' })
  return { certificate, key }
}
const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
const shown = (certificate: string): string | undefined =>
  execFileSync('openssl', ['x509', '-in', certificate, '-noout', '-fingerprint', '-sha256'])
    .toString()
    .trim()
    .split('=')[1]

describe('the certificate that browsers are told of', { skip: without('openssl') }, () => {
  test('is the same after a restart, and for the server alone', async () => {
    const house = await startWebTown(['alice'])
    const first = await fingerprintOf(house)
    await house.stop()
    const file = join(house.dataDir, 'dtls.pem')
    assert.equal(first, shown(file))
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const kept = readFileSync(file, 'utf8')
    const again = { ...house, ...(await house.again()) }
    assert.equal(await fingerprintOf(again), first)
    await again.stop()
    assert.equal(readFileSync(file, 'utf8'), kept)
  })

  test('is the operator’s, where it is on P-256 and has its key', async () => {
    const folder = temporaryFolder('certificates')
    const [good, other] = [made(folder, 'good', P256), made(folder, 'other', P256)]
    const rsa = made(folder, 'rsa', ['-newkey', 'rsa:2048'])
    const house = await startWebTown(['alice'])
    await house.stop()
    const opened = async (dtls: Record<string, string>) => {
      const config = JSON.parse(readFileSync(house.configFile, 'utf8'))
      writeFileSync(house.configFile, JSON.stringify({ ...config, webphone: { ...config.webphone, dtls } }))
      return { ...house, ...(await house.again()) }
    }
    const own = await opened(good)
    assert.equal(await fingerprintOf(own), shown(good.certificate))
    await own.stop()
    await assert.rejects(
      opened({ ...good, key: other.key }),
      /webphone\.dtls: the key is not that of the certificate/,
    )
    await assert.rejects(opened(rsa), /webphone\.dtls: the certificate is not on P-256/)
    await assert.rejects(
      opened({ certificate: good.key, key: good.key }),
      /test\.cfg:\d+.*holds no certificate as PEM/,
    )
  })
})
