import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { peer } from '../support/peers.ts'
import { run, startProgram } from '../support/program.ts'
import { DOMAIN, md5User, startTandem, type Tandem } from '../support/tandem.ts'

/** The tools an operator reaches for first. */
describe('by hand', () => {
  let house: Tandem
  before(async () => {
    const config = { ue_db: [md5User('alice', 'wonder')], security: { exempt: ['127.0.0.0/8'] } }
    house = await startTandem({ config })
  })
  after(async () => {
    await house?.stop()
  })

  test('sipsak asks for options', { skip: peer('sipsak').skip }, async () => {
    const uri = `sip:${DOMAIN}:${house.ports.sip}`
    const { code, output } = await run(peer('sipsak').path, ['-vv', '-p', '127.0.0.1', '-s', uri], {
      timeoutMs: 30_000,
    })
    assert.equal(code, 0, output)
    assert.match(output, /SIP\/2\.0 200 OK/)
  })

  test('openssl opens TLS and is answered', { skip: peer('openssl').skip }, async () => {
    const target = `127.0.0.1:${house.ports.tls}`
    const program = startProgram(peer('openssl').path, ['s_client', '-connect', target, '-quiet'], {
      stdin: 'pipe',
    })
    const lines = [
      `OPTIONS sip:${DOMAIN} SIP/2.0`,
      'Via: SIP/2.0/TLS 192.0.2.7;branch=z9hG4bKtls',
      'Max-Forwards: 70',
      `From: <sip:alice@${DOMAIN}>;tag=1`,
      `To: <sip:${DOMAIN}>`,
      'Call-ID: over-tls',
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
      '\r\n',
    ]
    program.write(lines.join('\r\n'))
    await program.waitFor(/SIP\/2\.0 200 /)
    // RFC 5626 §4.4.1: two line ends are answered by one, and keep the connection.
    program.write('\r\n\r\n')
    await program.waitFor(/Content-Length: 0\r\n\r\n\r\n/)
    await program.stop()
  })
})
