import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { attachMonitor } from '#admin'
import { freshAddress } from '../support/loopback.ts'
import { peer, without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { run, startProgram } from '../support/program.ts'
import { runSipp, type SippOptions, startSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, node, startTandem, type Tandem } from '../support/tandem.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { until } from '../support/wait.ts'

/** The event package reg (RFC 3680) as SIPp subscribes to it, and as tshark reads it. */
describe('subscriptions to registrations', { skip: without('sipp') }, () => {
  let house: Tandem
  let capture: Capture
  let port = 0
  const alice = freshAddress()
  const config = {
    security: { exempt: ['127.0.0.0/8'] },
    ue_db: [md5User('alice', 'wonder', '+4930111'), md5User('bob', 'builder')],
  }

  const scenario = (name: string, transport: 'udp' | 'tcp', words: SippOptions['words']): SippOptions => ({
    ...{ scenario: name, to: `127.0.0.1:${house.ports.sip}`, address: alice, port, transport },
    words: { user: 'alice', domain: DOMAIN, ...words },
  })
  const register = (transport: 'udp' | 'tcp'): SippOptions => {
    const contact = `${alice}:${port};transport=${transport}`
    const credentials = `username=alice@${DOMAIN} password=wonder`
    return scenario('register', transport, { contact, credentials, expires: 600 })
  }
  const subscribe = (name: string, transport: 'udp' | 'tcp'): SippOptions =>
    scenario(name, transport, { auth_user: `alice@${DOMAIN}`, password: 'wonder' })
  const passes = async (options: SippOptions): Promise<void> => {
    const { passed, report } = await runSipp(options)
    assert.ok(passed, report)
  }
  const monitor = async (line: string): Promise<string> => {
    const attached = await attachMonitor(join(house.dataDir, 'monitor.sock'))
    assert.ok(attached.ok)
    const answer = await attached.value.run(line)
    attached.value.close()
    return answer.ok ? answer.value : assert.fail(answer.error)
  }

  before(async () => {
    port = await freePort(alice)
    house = await startTandem({ config })
    capture = await startCapture(`port ${house.ports.sip}`)
  })
  after(() => house?.stop())

  for (const transport of ['udp', 'tcp'] as const) {
    test(`begin, go on and end over ${transport}`, async () => {
      await passes(register(transport))
      await passes(subscribe('subscribe', transport))
      await until('it is gone', async () => /^subscriptions +0$/m.test(await monitor('stats')))
    })

    test(`are told over ${transport} when the operator ends a registration`, async () => {
      await passes(register(transport))
      const watching = await startSipp(subscribe('subscribe-deregistered', transport))
      await until('SIPp has subscribed', async () => /^subscriptions +1$/m.test(await monitor('stats')))
      await monitor(`unregister sip:alice@${alice}:${port};transport=${transport}`)
      const { passed, report } = await watching.done
      assert.ok(passed, report)
    })
  }

  test('bring the simulated handset back, unless it does not watch', async () => {
    for (const [flags, back] of [
      [[], true],
      [['--no-reg-event'], false],
    ] as const) {
      const main = join(import.meta.dirname, '../../src/main.ts')
      const who = ['--config', house.configFile, '--user', 'bob', '--answer', ...flags]
      const ue = startProgram(node, [main, 'sim', 'ue', ...who])
      await ue.waitFor(/waiting for calls/)
      if (back) await until('it watches', async () => /^subscriptions +1$/m.test(await monitor('stats')))
      const contact = /registered +(sip:bob\S+)/.exec(await monitor('users bob'))?.[1] ?? ''
      await monitor(`unregister ${contact}`)
      if (back) {
        await ue.waitFor(/the network ended the registration: registering again/)
        await until('it is back', async () => (await monitor('users bob')).includes(contact))
      } else assert.match(await monitor('users bob'), /registered +no/)
      await ue.stop()
    }
  })

  test('and tshark reads in each NOTIFY what was meant', { skip: blind }, async () => {
    const file = (await capture.file()) ?? assert.fail('nothing was captured')
    const contact = 'reginfo.registration.contact'
    const names = [
      'reginfo.version',
      'reginfo.registration.aor',
      `${contact}.event`,
      `${contact}.uri`,
      'sip.Call-ID',
      'sip.CSeq',
    ]
    const { sip } = house.ports
    const { stdout } = await run(peer('tshark').path, [
      ...['-r', file, '-n', '-d', `udp.port==${sip},sip`, '-d', `tcp.port==${sip},sip`, '-Y', 'reginfo'],
      ...['-T', 'fields', '-E', 'separator=/t', ...names.flatMap((name) => ['-e', name])],
    ])
    // What was repeated on the way is one.
    const rows = [...new Set(stdout.split('\n').filter(Boolean))]
    const having = (pattern: RegExp) => rows.filter((row) => pattern.test(row)).length
    const aors = `sip:alice@${DOMAIN},tel:\\+4930111`
    assert.equal(
      having(new RegExp(`^[012]\t${aors}\tregistered,created\t.*sip:alice@${alice}:${port}`)),
      8,
      stdout,
    )
    assert.equal(having(new RegExp(`^1\t${aors}\tdeactivated,deactivated\t`)), 2, stdout)
    assert.ok(having(/^1\tsip:bob@\S+\tdeactivated\t/) === 1, stdout)
  })

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    const { count, faults, startLines } = await capture.read({ sipPorts: [house.ports.sip] })
    assert.ok(count.sip > 60, `${count.sip} messages`)
    assert.ok(startLines.filter((line) => line.startsWith('NOTIFY')).length >= 12)
    assert.deepEqual(faults, [])
  })
})
