import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { run } from '../support/program.ts'
import { runSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, node, startTandem, type Tandem } from '../support/tandem.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { holds } from '../support/wait.ts'

const main = join(import.meta.dirname, '../../src/main.ts')
const security = { exempt: ['127.0.0.0/8'] }
const users = { ue_db: [md5User('alice', 'wonder')], security }

/** SIPp calls as a handset without a SIM; tshark reads what was said. */
describe('emergency calls', { skip: without('sipp') }, () => {
  let [taking, sending]: (Tandem | undefined)[] = []
  let captures: [Tandem, Capture][] = []
  before(async () => {
    const emergency = { to: '600', anonymous: true, services: { police: 'sip:alice' } }
    taking = await startTandem({ config: { ...users, emergency } })
    sending = await startTandem({ config: { ...users, emergency: { reason: 'Only a lab' } } })
    captures = []
    for (const house of [taking, sending])
      captures.push([house, await startCapture(`port ${house.ports.sip}`)])
  })
  after(async () => {
    await taking?.stop()
    await sending?.stop()
  })

  const call = async (house: Tandem, scenario: string, words: Record<string, string>) => {
    const address = freshAddress()
    const port = await freePort(address)
    const to = `127.0.0.1:${house.ports.sip}`
    const { passed, report } = await runSipp({ scenario, words, to, address, port })
    assert.ok(passed, report)
  }
  const handset = (house: Tandem, ...options: string[]) =>
    run(
      node,
      [
        main,
        'sim',
        'ue',
        '--server',
        `127.0.0.1:${house.ports.sip}`,
        '--domain',
        DOMAIN,
        '--seconds',
        '3',
        ...options,
      ],
      { timeoutMs: 60_000 },
    )
  const ALICE = ['--user', `alice@${DOMAIN}`, '--number', 'alice', '--password', 'wonder']

  test('of nobody is put through and heard', async () => {
    const house = taking as Tandem
    await call(house, 'emergency', { service: 'urn:service:sos' })
    await holds('it is in the records', async () => {
      const { items } = await house.rest<{ items: { kind: string; dialled: string; caller: string }[] }>(
        '/calls?limit=100',
      )
      const record = items.find(({ dialled }) => dialled === 'urn:service:sos')
      assert.deepEqual([record?.kind, record?.caller], ['emergency', 'sip:anonymous@anonymous.invalid'])
    })
  })

  test('of a simulated handset too, registered for it or without a name', async () => {
    const house = taking as Tandem
    for (const options of [['--anonymous'], [...ALICE, '--emergency']]) {
      const { code, output } = await handset(house, ...options, '--hear', '440')
      assert.equal(code, 0, output)
      assert.match(output, /calling urn:service:sos\n/)
    }
  })

  test('that nobody takes are sent elsewhere', async () => {
    const body = '<reason>Only a lab</reason></alternative-service></ims-3gpp>'.replace(/[<>]/g, (sign) =>
      sign === '<' ? '&lt;' : '&gt;',
    )
    await call(sending as Tandem, 'emergency-elsewhere', { service: 'urn:service:sos.fire', body })
    const { code, output } = await handset(sending as Tandem, ...ALICE, '--emergency')
    assert.equal(code, 1)
    assert.match(output, /380 Alternative Service: Only a lab \(another network\)/)
  })

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    for (const [house, capture] of captures) {
      const { count, faults, startLines } = await capture.read({ sipPorts: [house.ports.sip] })
      assert.ok(count.sip > 8, `${count.sip} messages`)
      assert.ok(startLines.some((line) => line.includes('urn:service:sos')))
      assert.deepEqual(faults, [])
    }
  })
})
