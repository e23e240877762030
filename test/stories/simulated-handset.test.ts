import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Subscriber } from '#core'
import { createRandom } from '#lib/random'
import { ok } from '#lib/result'
import { decodeWav, encodeWav, type KnownUser, runUe, type UeAlgorithm, type UeOptions } from '#simulators'
import { HOUSE } from '../support/house.ts'
import { aTown, cards, during, everybody, filled, userNamed } from '../support/town.ts'

const isNear = (hz: number | undefined, wanted: number): boolean => Math.abs((hz ?? 0) - wanted) <= 2

describe('a simulated handset registers', () => {
  const cases: [string, UeAlgorithm | undefined, string][] = [
    ['alice', undefined, 'MD5'],
    ...Object.keys(cards).map((name): [string, undefined, string] => [name, undefined, 'AKAv1-MD5']),
    ...Object.keys(cards).map((name): [string, UeAlgorithm, string] => [name, 'AKAv2-MD5', 'AKAv2-MD5']),
    ['milenage', 'AKAv2-SHA-256', 'AKAv2-SHA-256'],
  ]
  for (const [name, asked, used] of cases)
    test(`as ${name}${asked ? `, asking for ${asked}` : ''}`, async () => {
      const { house, handset, steps } = aTown()
      const { ue } = handset(userNamed(name), asked ? { algorithm: asked } : {})
      const result = await during(ue.register(600), steps(200))
      assert.deepEqual([result.ok && result.algorithm, result.ok && result.expiresS], [used, 600])
      assert.equal(
        house.registrations.of(house.subscribers.byImpi(userNamed(name).impi) as Subscriber).length,
        1,
      )
      await during(ue.deregister(), steps(200))
      assert.equal(
        house.registrations.of(house.subscribers.byImpi(userNamed(name).impi) as Subscriber).length,
        0,
      )
    })

  test('after resynchronisation, when its SIM is ahead', async () => {
    const { handset, steps } = aTown()
    const { ue, events } = handset(userNamed('milenage'), { sqn: 0x00123456789an })
    assert.equal((await during(ue.register(), steps(200))).ok, true)
    assert.ok(events.some((event) => event.kind === 'registration' && event.step.kind === 'resync'))
  })

  test('not, when its secret is another', async () => {
    const { house, handset, steps } = aTown()
    const { ue } = handset(userNamed('milenage'), { k: filled(16, 9) })
    assert.equal((await during(ue.register(), steps(200))).ok, false)
    assert.equal(house.registrations.of(userNamed('milenage')).length, 0)
  })
})

describe('two simulated handsets', () => {
  for (const [caller, called] of [
    ['alice', 'bob'],
    ['alice', 'milenage'],
    ['xor', 'bob'],
    ['tuak', 'operator'],
  ] as const)
    test(`${caller} calls ${called}, and both hear the other`, async () => {
      const { house, media, handset, steps } = aTown()
      const [one, other] = [handset(userNamed(caller)), handset(userNamed(called))]
      other.ue.incoming = { kind: 'answer', afterMs: 300, audio: { tone: 600 } }
      await during(Promise.all([one.ue.register(), other.ue.register()]), steps(200))
      const report = await during(one.ue.call(called, { audio: { tone: 440 }, seconds: 2 }), steps(3500))
      assert.deepEqual([report.status, report.lost, report.endedBy], [200, 0, 'us'])
      assert.ok(isNear(report.heardHz, 600) && report.received >= 98)
      const [heard] = other.reports()
      assert.ok(isNear(heard?.heardHz, 440) && heard?.endedBy === 'peer')
      assert.deepEqual([house.calls.list().length, house.legs.size, media.open], [0, 0, 0])
    })

  test('hold, take up again, press keys', async () => {
    const { handset, steps } = aTown()
    const [alice, bob] = [handset(userNamed('alice')), handset(userNamed('bob'))]
    bob.ue.incoming = { kind: 'answer', afterMs: 0, audio: { tone: 600 } }
    await during(Promise.all([alice.ue.register(), bob.ue.register()]), steps(200))
    const report = alice.ue.call('bob', { audio: { tone: 440 }, seconds: 6 })
    await steps(1000)
    assert.equal(await during(alice.ue.current?.hold() ?? assert.fail(), steps(1000)), true)
    assert.equal(await during(alice.ue.current?.resume() ?? assert.fail(), steps(1000)), true)
    assert.equal(await during(alice.ue.current?.press('5#') ?? assert.fail(), steps(1000)), true)
    assert.equal(await during(alice.ue.current?.press('0', 'info') ?? assert.fail(), steps(500)), true)
    const { received, sent } = await during(report, steps(3000))
    assert.ok(received < 270 && received > 200 && sent < 270, `${received} received, ${sent} sent`)
    assert.equal(bob.reports()[0]?.keys, '5#0')
  })

  test('hear each other before the answer, in a description that PRACK acknowledges', async () => {
    const { house, handset, steps } = aTown()
    const [alice, bob] = [handset(userNamed('alice')), handset(userNamed('milenage'))]
    bob.ue.incoming = { kind: 'answer', afterMs: 2000, early: true, audio: { tone: 600 } }
    await during(Promise.all([alice.ue.register(), bob.ue.register()]), steps(200))
    const report = alice.ue.call('milenage', { audio: { tone: 440 }, seconds: 1 })
    await steps(1500)
    assert.ok(alice.events.some((event) => event.kind === 'progress' && event.earlyMedia))
    const { status, received, heardHz } = await during(report, steps(3000))
    assert.deepEqual([status, isNear(heardHz, 600)], [200, true])
    assert.ok(received >= 145, `${received}`)
    assert.ok(house.net.traffic.some(({ text }) => text.startsWith('PRACK')))
    assert.equal(bob.reports()[0]?.status, 200)
  })

  test('see each other busy', async () => {
    const { handset, steps } = aTown()
    const [alice, bob] = [handset(userNamed('alice')), handset(userNamed('bob'))]
    await during(Promise.all([alice.ue.register(), bob.ue.register()]), steps(200))
    assert.equal((await during(alice.ue.call('bob'), steps(300))).status, 486)
  })
})

describe('tandem sim ue', () => {
  const run = async (options: UeOptions, passMs: number, known: KnownUser[] = everybody) => {
    const { house, media, steps } = aTown()
    const lines: string[] = []
    const files = new Map<string, Uint8Array>([
      ['in.wav', encodeWav({ rate: 16000, samples: new Int16Array(16000) })],
    ])
    const code = runUe(
      { server: `${HOUSE.address}:${HOUSE.port}`, ...options },
      {
        timers: house.timers,
        random: createRandom(),
        known,
        openWire: async () => ok(house.net.wire({ address: '192.0.2.50', port: 5060 })),
        openMedia: media.openAt('192.0.2.50'),
        resolve: async (host) => host,
        readFile: async (path) => files.get(path) ?? Promise.reject(new Error(`no file ${path}`)),
        writeFile: async (path, octets) => void files.set(path, octets),
        print: (line) => lines.push(line),
        interrupted: new Promise<void>(() => {}),
      },
    )
    return { code: await during(code, steps(passMs)), lines, files }
  }

  test('calls the echo service and hears its own tone', async () => {
    const { code, lines, files } = await run(
      { user: 'xor', call: '600', seconds: '2', hear: '440', record: 'out.wav' },
      3500,
    )
    assert.equal(lines[0], 'registered as xor (AKAv1-MD5), valid for 3600 s')
    assert.equal(lines[1], 'calling sip:600@tandem.test')
    assert.match(lines[2] ?? '', /^answered after 0\.\d\d s$/)
    assert.match(
      lines[3] ?? '',
      /^heard (439|440|441) Hz, 10\d of 10\d packets, 0 lost, echo after \d+ ms\nhung up after 2\.2\d s$/,
    )
    assert.equal(lines[4], 'wrote out.wav, 2.0 s')
    assert.equal(code, 0)
    assert.equal(decodeWav(files.get('out.wav') ?? filled(0, 0)).ok, true)
  })

  test('fails when the tone is another, when the number is unknown, when the sound is silence', async () => {
    assert.equal((await run({ user: 'alice', call: '600', seconds: '1', hear: '900' }, 3000)).code, 1)
    const unknown = await run({ user: 'alice', call: '7777' }, 500)
    assert.deepEqual([unknown.code, unknown.lines.at(-1)], [1, 'no call: 404 Not Found'])
    const silent = await run({ user: 'alice', call: '600', seconds: '1', wav: 'in.wav' }, 3000)
    assert.match(silent.lines.at(-1) ?? '', /^heard silence, /)
  })

  test('calls an emergency service, registered for that or without a name, and says where it is sent', async () => {
    const nobody = await run({ anonymous: true, verbose: true }, 500)
    assert.equal(nobody.lines[0], 'calling urn:service:sos')
    assert.ok(!nobody.lines.some((line) => line.includes('REGISTER')))
    assert.equal(nobody.lines.at(-1), 'no call: 380 Alternative Service: Not here (another network)')
    assert.equal(nobody.code, 1)
    const own = await run({ user: 'xor', emergency: true, expires: '60', call: 'urn:service:sos.fire' }, 500)
    assert.deepEqual(own.lines, [
      'registered as xor (AKAv1-MD5), valid for 3600 s',
      'calling urn:service:sos.fire',
      'no call: 380 Alternative Service: Not here (another network)',
    ])
  })

  test('shows the messages on demand', async () => {
    const { lines } = await run({ user: 'alice', verbose: true }, 500)
    assert.match(lines[0] ?? '', /^ {2}0\.\d{3} → REGISTER sip:tandem\.test {3}udp 192\.0\.2\.1:5060$/)
    assert.match(lines[1] ?? '', /^ {2}0\.\d{3} ← 401 Unauthorized to REGISTER/)
  })

  test('tells all that is wrong with its options at once', async () => {
    const { code, lines } = await run(
      { imsi: '12', op: 'zz', expires: '-1', transport: 'carrier pigeon', auth: 'MD6' },
      100,
    )
    assert.equal(code, 1)
    for (const name of ['imsi', 'op', 'k', 'expires', 'transport', 'auth'])
      assert.ok(
        lines.some((line) => line.startsWith(`--${name}: `)),
        name,
      )
    assert.match(
      (await run({ user: 'nobody' }, 100)).lines[0] ?? '',
      /^--user: (is needed|nobody is called \w+): the configuration knows alice, bob, xor/,
    )
    assert.match(
      (await run({ user: 'xor', k: '00112233445566778899aabbccddeeff' }, 100)).lines[0] ?? '',
      /^--k: --user has its SIM from the configuration/,
    )
    assert.match(
      (await run({ user: 'alice', wav: 'none.wav' }, 100)).lines[0] ?? '',
      /^--wav: no file none\.wav$/,
    )
  })
})

describe('a simulated handset watches its registration', () => {
  for (const name of ['alice', 'milenage'])
    test(`${name} comes back when the operator deregisters it, and watches on`, async () => {
      const { house, handset, steps } = aTown()
      const { ue, events } = handset(userNamed(name), { regEvent: true })
      await during(ue.register(), steps(2000))
      assert.equal(house.notifier.size, 1)
      for (let i = 0; i < 2; i++) {
        const [binding] = house.registrations.of(userNamed(name))
        assert.ok(binding && house.registrations.deregister(binding.contact))
        assert.equal(house.registrations.count, 0)
        await steps(2000)
        assert.equal(house.registrations.count, 1)
        assert.equal(house.notifier.size, 1)
      }
      const orders = events.flatMap((event) => (event.kind === 'ordered' ? [event.event] : []))
      assert.deepEqual(orders, ['deactivated', 'deactivated'])
      await during(ue.deregister(), steps(2000))
      assert.deepEqual([house.registrations.count, house.notifier.size], [0, 0])
    })
})
