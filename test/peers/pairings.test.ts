import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { type Sim, simUser, startHandset } from '../support/handset.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import type { Program } from '../support/program.ts'
import { DOMAIN, md5User, mediaOf, startTandem, type Tandem } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { until } from '../support/wait.ts'

const SIMS: Record<string, Sim> = {
  dora: { imsi: '001010000000001', k: '11'.repeat(16), opc: '22'.repeat(16), auth: 'AKAv1-MD5' },
  emil: { imsi: '001010000000002', k: '33'.repeat(16), opc: '44'.repeat(16), auth: 'AKAv2-MD5' },
}
const NUMBERS = { alice: '+4930111', bob: '+4930222', dora: '+4930444', emil: '+4930555' }
const HERTZ = { alice: 440, bob: 600, dora: 800, emil: 1000 }
type Name = keyof typeof NUMBERS

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [
    md5User('alice', 'wonder', NUMBERS.alice),
    md5User('bob', 'builder', NUMBERS.bob),
    simUser(SIMS.dora as Sim, DOMAIN, NUMBERS.dora),
    simUser(SIMS.emil as Sim, DOMAIN, NUMBERS.emil),
  ],
}

/** Two phones of another make and two handsets with SIM cards: every pairing, each end hears the other's tone. */
describe('pairings', { skip: without('baresip') }, () => {
  let house: Tandem
  let capture: Capture
  const phones: Record<string, Baresip> = {}
  const server = () => `127.0.0.1:${house.ports.sip}`

  before(async () => {
    house = await startTandem({ config })
    capture = await startCapture(`port ${house.ports.sip} or ${mediaOf(house)}`)
    for (const [user, password] of [
      ['alice', 'wonder'],
      ['bob', 'builder'],
    ] as const) {
      const account = { domain: DOMAIN, user, authUser: `${user}@${DOMAIN}`, password, hertz: HERTZ[user] }
      phones[user] = await startBaresip({ ...account, address: freshAddress(), registrar: server() })
      await phones[user].registered()
    }
  })
  after(async () => {
    for (const phone of Object.values(phones)) await phone.stop()
    await house?.stop()
  })

  const handset = (name: Name, hear: number, what: string[]): Program =>
    startHandset(server(), DOMAIN, SIMS[name] as Sim, [
      '--tone',
      `${HERTZ[name]}`,
      '--hear',
      `${hear}`,
      ...what,
    ])
  /** A handset says by its ending whether it heard what it should. */
  const succeeds = async (program: Program) => {
    const { code } = await program.ended
    assert.equal(code, 0, program.output())
  }
  /** A phone hears the tone for a second in the newest of its calls. */
  const hears = (phone: Baresip, calls: number, hertz: number) =>
    until(`${hertz} Hz is heard`, () => heardMs(phone.heard()[calls] ?? new Int16Array(0), hertz) >= 1000)
  const isRegistered = (name: Name) =>
    until(`${name} registers`, async () => {
      const { items } = await house.rest<{ items: { impi: string; registered: boolean }[] }>('/users')
      return items.some(({ impi, registered }) => impi === `${SIMS[name]?.imsi}@${DOMAIN}` && registered)
    })

  const pairs: [caller: Name, called: Name][] = [
    ['alice', 'bob'],
    ['alice', 'dora'],
    ['bob', 'emil'],
    ['dora', 'alice'],
    ['emil', 'bob'],
    ['dora', 'emil'],
    ['emil', 'dora'],
  ]
  for (const [caller, called] of pairs)
    test(`${caller} calls ${called}`, async () => {
      const answering = SIMS[called]
        ? handset(called, HERTZ[caller], ['--answer', '200', '--calls', '1'])
        : undefined
      if (answering) await isRegistered(called)
      const [callerCalls, calledCalls] = [caller, called].map((name) => phones[name]?.heard().length ?? 0)
      const number = NUMBERS[called]
      const calling = SIMS[caller]
        ? handset(caller, HERTZ[called], ['--call', number, '--seconds', '4'])
        : undefined
      if (!calling) await phones[caller]?.command('dial', `sip:${number}@${DOMAIN}`)
      if (phones[caller]) await hears(phones[caller], callerCalls as number, HERTZ[called])
      if (phones[called]) await hears(phones[called], calledCalls as number, HERTZ[caller])
      if (!calling) await phones[caller]?.command('hangup')
      if (calling) await succeeds(calling)
      if (answering) await succeeds(answering)
    })

  for (const name of ['dora', 'emil'] as const)
    test(`${name} hears itself at the echo service`, () =>
      succeeds(handset(name, HERTZ[name], ['--call', '600', '--seconds', '2'])))

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    const { count, faults } = await capture.read({ sipPorts: [house.ports.sip] })
    assert.ok(count.sip > 100 && count.rtp > 1000, JSON.stringify(count))
    assert.deepEqual(faults, [])
  })
})
