import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTimers } from '#lib/timers'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { runSipp, type SippOptions, startSipp } from '../support/sipp.ts'
import { readSmsCapture } from '../support/sms-reading.ts'
import { openSocketWire } from '../support/socket-net.ts'
import { DOMAIN, logOf, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { createTextPhone, type TextPhone } from '../support/text-phone.ts'
import { blind, startCapture } from '../support/tshark.ts'
import { holds, sleep, until } from '../support/wait.ts'

/** Believed without proof, so that scripted handsets need none. */
const handset = (name: string, number: string) => ({
  ...{ impi: `${name}@${DOMAIN}`, impu: [name, `tel:${number}`], authent_type: 'none', msisdn: number },
})

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  messages: { smsc: '+15550199' },
  sms_retry_delay: 1,
  ue_db: [
    md5User('alice', 'wonder', '+4930111'),
    md5User('bob', 'builder', '+4930222'),
    handset('ann', '+15550101'),
    handset('ben', '+15550102'),
  ],
}

type Message = { state: string; text?: string; reason?: string }
const messagesOf = async (house: Tandem): Promise<Message[]> =>
  (await house.rest<{ items: Message[] }>('/messages')).items
/** All that were ever accepted have arrived. */
const allDelivered = (house: Tandem, count: number) =>
  until(
    `${count} texts are delivered`,
    async () => {
      const items = await messagesOf(house)
      return items.length === count && items.every(({ state }) => state === 'delivered')
    },
    { timeoutMs: 60_000 },
  )

const EMOJI = 'Grüße, 日本 and 👩‍👩‍👧‍👦'

describe('texts of SIPp', { skip: without('sipp') }, () => {
  let house: Tandem
  const [alice, bob] = [freshAddress(), freshAddress()]
  const ports: Record<string, number> = {}
  const scenario = (
    name: string,
    address: string,
    words: SippOptions['words'],
    transport: 'udp' | 'tcp',
  ): SippOptions => {
    const to = `127.0.0.1:${house.ports.sip}`
    return { scenario: name, to, address, port: ports[address] as number, words: words ?? {}, transport }
  }

  before(async () => {
    house = await startTandem({ config })
    for (const address of [alice, bob]) ports[address] = await freePort(address)
  })
  after(async () => void (await house?.stop()))

  const register = async (user: string, password: string, address: string, transport: 'udp' | 'tcp') => {
    const contact = `${address}:${ports[address]};transport=${transport}`
    const credentials = `username=${user}@${DOMAIN} password=${password}`
    const words = { user, domain: DOMAIN, contact, expires: 600, credentials }
    const { passed, report } = await runSipp(scenario('register', address, words, transport))
    assert.ok(passed, report)
  }

  for (const transport of ['udp', 'tcp'] as const)
    test(`are challenged, taken and given to SIPp, over ${transport}`, async () => {
      await register('bob', 'builder', bob, transport)
      const text = `A text of SIPp over ${transport}`
      const receiver = await startSipp(scenario('texted', bob, { text }, transport))
      const auth = { auth_user: `alice@${DOMAIN}`, password: 'wonder' }
      const words = { user: 'alice', callee: 'bob', domain: DOMAIN, text, ...auth }
      const sender = await runSipp(scenario('text', alice, words, transport))
      if (!sender.passed) await receiver.stop()
      const received = await receiver.done
      assert.ok(sender.passed && received.passed, `${sender.report}\n${received.report}\n${logOf(house)}`)
    })

  test('to nobody are refused, and to who is away are kept', async () => {
    const auth = { auth_user: `alice@${DOMAIN}`, password: 'wonder' }
    const words = { user: 'alice', domain: DOMAIN, text: 'x', ...auth }
    const nobody = await runSipp(
      scenario('text-refused', alice, { ...words, callee: 'nobody', status: 404 }, 'udp'),
    )
    assert.ok(nobody.passed, nobody.report)
    const away = await runSipp(scenario('text', alice, { ...words, callee: 'ann' }, 'udp'))
    assert.ok(away.passed, away.report)
    await holds('it is kept', async () =>
      assert.equal((await messagesOf(house)).filter(({ state }) => state === 'queued').length, 1),
    )
  })
})

describe('texts of baresip', { skip: without('baresip') }, () => {
  let house: Tandem
  const open: Baresip[] = []
  after(async () => {
    for (const phone of open) await phone.stop()
    await house?.stop()
  })

  test('go from one to the other, and from a handset to it and back', async () => {
    house = await startTandem({ config })
    const phone = async (user: string, password: string, writesTo: string) => {
      const registrar = `127.0.0.1:${house.ports.sip}`
      const identity = { domain: DOMAIN, authUser: `${user}@${DOMAIN}`, user, password }
      const made = await startBaresip({
        address: freshAddress(),
        registrar,
        hertz: 440,
        writesTo,
        ...identity,
      })
      open.push(made)
      await made.registered()
      return made
    }
    const alice = await phone('alice', 'wonder', `sip:bob@${DOMAIN}`)
    const bob = await phone('bob', 'builder', `sip:+15550101@${DOMAIN}`)
    const ann = await aHandset(house, 'ann')
    await alice.command('message', EMOJI)
    await until('bob reads it', () => bob.texts().includes(`sip:alice@${DOMAIN}: ${EMOJI}`))
    await bob.command('message', 'to a number')
    await until('ann reads it', () => ann.texts.includes('to a number'))
    await ann.submit('+4930111', EMOJI)
    await until('alice reads it', () => alice.texts().some((text) => text.endsWith(`: ${EMOJI}`)))
    await allDelivered(house, 3)
  })
})

const aHandset = async (house: Tandem, name: string): Promise<TextPhone> => {
  const wire = await openSocketWire(freshAddress())
  const flow = wire.flow({ address: '127.0.0.1', port: house.ports.sip })
  const phone = createTextPhone({ wire, flow, timers: createTimers(), settle: () => sleep(150) }, name, {
    sms: true,
  })
  assert.equal(await phone.register(), 200)
  return phone
}

const TEXTS = [
  'plain',
  '[a]{b}~|€ ^ end',
  'Привет, как дела?',
  EMOJI,
  `${'a longer text. '.repeat(20)}${EMOJI}`,
  'x'.repeat(306),
]

describe('what tshark reads of SMS over IP', { skip: without('tshark') || blind }, () => {
  let house: Tandem
  before(async () => {
    house = await startTandem({ config })
  })
  after(async () => void (await house?.stop()))

  test('agrees with what was written, in all RPDUs of a house', async () => {
    const capture = await startCapture(`udp port ${house.ports.sip}`)
    const [ann, ben] = [await aHandset(house, 'ann'), await aHandset(house, 'ben')]
    let parts = 0
    for (const text of TEXTS) parts += (await ann.submit('+15550102', text, { reportWanted: true })).length
    await ben.submit('+15550101', 'silent', { pid: 0x40 })
    await ben.submit('+15559999', 'nobody')
    const userData = {
      elements: [{ id: 0x70, octets: new Uint8Array() }],
      payload: Uint8Array.of(2, 0x70, 0, 0),
    }
    await ben.submit('+15550101', '', { pid: 0x7f, dcs: 0xf6, userData })
    await ben.rpTo({ kind: 'smma', direction: 'mo', reference: 99 })
    // Every part asked for a report of its own.
    await allDelivered(house, TEXTS.length + parts + 2)
    const file = await capture.file()
    assert.ok(file)
    const readings = await readSmsCapture(file, house.ports.sip)
    const faults = readings.filter((reading) => reading['_ws.malformed'].length > 0)
    assert.deepEqual(faults, [])
    const of = (type: string) => readings.filter((reading) => reading['gsm_a.rp.msg_type'][0] === type)
    const delivered = of('0x01')
    // The last part shows all of them.
    const texts = new Set(delivered.map((reading) => reading['gsm_sms.sms_text'].join('')))
    for (const text of TEXTS) assert.ok(texts.has(text), `tshark does not read: ${text}`)
    assert.deepEqual(
      new Set(delivered.flatMap((reading) => reading['gsm_sms.tp-oa'])),
      new Set(['15550101', '15550102']),
    )
    const pids = new Set(delivered.flatMap((reading) => reading['gsm_sms.tp-pid'].map(Number)))
    assert.deepEqual(
      [...pids].sort((a, b) => a - b),
      [0, 0x40, 0x7f],
    )
    assert.ok(delivered.some((reading) => Number(reading['gsm_sms.tp-dcs'][0]) === 0xf6))
    const reports = delivered.filter((reading) => reading['gsm_sms.tp-ra'].length > 0)
    assert.equal(reports.length, parts)
    const errors = of('0x05')
    assert.deepEqual(
      errors.map((reading) => Number(reading['gsm_a.rp.cause'][0])),
      [1],
    )
    assert.ok(of('0x03').length >= TEXTS.length + 3, 'every submission, and RP-SMMA, is acknowledged')
  })
})
