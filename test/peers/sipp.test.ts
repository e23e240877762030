import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { runSipp, type SippOptions, startSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'

/** Letters only: SIPp 3.6 loses some octets (00, 5b, 5c, and more) of a key written in hexadecimal. */
const K = Buffer.from('abcdefghijklmnop').toString('hex')
const OP = Buffer.from('qrstuvwxyzabcdef').toString('hex')
const AMF = '8001'
const SIM_IMPI = `001010000000001@${DOMAIN}`

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [
    md5User('alice', 'wonder', '+4930111'),
    md5User('bob', 'builder', '+4930222'),
    {
      ...{
        imsi: '001010000000001',
        sim_algo: 'miln',
        K,
        op: OP,
        amf: Number(`0x${AMF}`),
        sqn: '000000000000',
      },
      ...{ impi: SIM_IMPI, impu: ['001010000000001', 'tel:+4930333'] },
    },
  ],
}

type Transport = 'udp' | 'tcp'
type Story = [
  what: string,
  caller: string,
  callerWords: Words,
  callee: string,
  calleeWords: Words,
  callee?: string,
]
type Words = Record<string, string | number>

const STORIES: Story[] = [
  ['is answered, and the caller hangs up', 'call', { talk_ms: 300 }, 'called', { ring_ms: 100 }],
  ['is answered, and the called side hangs up', 'call-hung-up', {}, 'called-hangs-up', { talk_ms: 300 }],
  ['is given up while it rings', 'call-cancelled', {}, 'called-cancelled', {}],
  ['meets a busy phone', 'call-refused', { status: 486 }, 'called-refuses', { status: 486 }],
  ['is declined', 'call-refused', { status: 603 }, 'called-refuses', { status: 603 }],
  ['is held and resumed', 'call-hold', { talk_ms: 200 }, 'called-held', {}],
  ['has early media that must be acknowledged', 'call-prack', { talk_ms: 200 }, 'called-prack', {}],
  ['is changed with UPDATE', 'call-update', { talk_ms: 200 }, 'called-update', {}],
  ['carries a digit in INFO', 'call-info', { talk_ms: 200 }, 'called-info', {}],
  ['refreshes its session', 'call-timer', { talk_ms: 200 }, 'called', { ring_ms: 100 }],
]

describe('SIPp', { skip: without('sipp') }, () => {
  let house: Tandem
  let capture: Capture
  const [alice, bob] = [freshAddress(), freshAddress()]
  const ports: Record<string, number> = {}

  const scenario = (options: Pick<SippOptions, 'scenario' | 'words'> & Partial<SippOptions>): SippOptions => {
    const address = options.address ?? alice
    return { to: `127.0.0.1:${house.ports.sip}`, port: ports[address] as number, ...options, address }
  }
  const passes = async (options: SippOptions) => {
    const { passed, report } = await runSipp(options)
    assert.ok(passed, report)
  }
  const credentials = (user: string, password: string) => `username=${user}@${DOMAIN} password=${password}`
  const register = (user: string, password: string, address: string, transport: Transport, expires = 600) => {
    const contact = `${address}:${ports[address]};transport=${transport}`
    const words = { user, domain: DOMAIN, contact, expires, credentials: credentials(user, password) }
    return scenario({ scenario: 'register', words, address, transport })
  }

  before(async () => {
    for (const address of [alice, bob]) ports[address] = await freePort(address)
    house = await startTandem({ config })
    capture = await startCapture(`port ${house.ports.sip}`)
  })
  after(async () => {
    await house?.stop()
  })

  for (const transport of ['udp', 'tcp'] as const)
    describe(`over ${transport.toUpperCase()}`, () => {
      test('asks for options', () =>
        passes(scenario({ scenario: 'options', words: { user: 'alice', domain: DOMAIN }, transport })))
      test('registers with a digest', async () => {
        await passes(register('alice', 'wonder', alice, transport))
        await passes(register('bob', 'builder', bob, transport))
      })
      for (const [what, caller, callerWords, callee, calleeWords] of STORIES)
        test(`a call ${what}`, async () => {
          const words = {
            user: 'alice',
            callee: 'bob',
            domain: DOMAIN,
            auth_user: `alice@${DOMAIN}`,
            password: 'wonder',
          }
          const called = await startSipp(
            scenario({ scenario: callee, words: calleeWords, address: bob, transport }),
          )
          const first = await runSipp(
            scenario({ scenario: caller, words: { ...words, ...callerWords }, transport }),
          )
          if (!first.passed) await called.stop()
          const second = await called.done
          assert.ok(first.passed && second.passed, `${first.report}\n${second.report}`)
        })
      test('reaches the echo service', async () => {
        const words = {
          user: 'alice',
          callee: '600',
          domain: DOMAIN,
          auth_user: `alice@${DOMAIN}`,
          password: 'wonder',
        }
        await passes(scenario({ scenario: 'call', words: { ...words, talk_ms: 300 }, transport }))
      })
      test('is told when nobody is there', async () => {
        await passes(register('bob', 'builder', bob, transport, 0))
        const words = {
          user: 'alice',
          callee: 'bob',
          domain: DOMAIN,
          auth_user: `alice@${DOMAIN}`,
          password: 'wonder',
        }
        await passes(scenario({ scenario: 'call-refused', words: { ...words, status: 480 }, transport }))
      })
    })

  test('is refused with a wrong password, and without telling whether the user exists', async () => {
    for (const user of ['alice', 'nobody']) {
      const words = {
        user,
        domain: DOMAIN,
        contact: `${alice}:${ports[alice]}`,
        credentials: credentials(user, 'wrong'),
      }
      await passes(scenario({ scenario: 'register-refused', words: { ...words, status: 403 } }))
    }
  })

  test('registers with a SIM', async () => {
    const sim = `username=${SIM_IMPI} aka_K=0x${K} aka_OP=0x${OP} aka_AMF=0x${AMF}`
    const words = {
      user: '001010000000001',
      domain: DOMAIN,
      contact: `${alice}:${ports[alice]}`,
      expires: 60,
    }
    // SIPp 3.6 answers wrongly when its RES has a zero octet, which 3 of 100 have: four such in a row would be a fault.
    for (let tries = 0; tries < 4; tries++) {
      const { passed, report } = await runSipp(
        scenario({ scenario: 'register', words: { ...words, credentials: sim } }),
      )
      if (passed) return
      if (tries === 3) assert.fail(report)
    }
  })

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    const { count, faults } = await capture.read({ sipPorts: [house.ports.sip] })
    assert.ok(count.sip > 300, `${count.sip} messages`)
    assert.deepEqual(faults, [])
  })
})
