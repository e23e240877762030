import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MessageRecord } from '#core'
import { aHouse, aSubscriber, type House } from '../support/house.ts'
import { aTextPhone } from '../support/text-phone.ts'

const open = (name: string, more = {}) => aSubscriber(name, { proof: 'none', ...more })
const everybody = [
  open('alice'),
  open('bob'),
  open('ann', { msisdn: '+15550101' }),
  open('ben', { msisdn: '+15550102' }),
]

/** Alice and Bob have SIP phones, Ann and Ben handsets. */
const aTown = async (options: Parameters<typeof aHouse>[0] = {}) => {
  const house = aHouse({ subscribers: everybody, ...options })
  const alice = aTextPhone(house, 'alice', '192.0.2.10')
  const bob = aTextPhone(house, 'bob', '192.0.2.11')
  const ann = aTextPhone(house, 'ann', '192.0.2.20', { sms: true })
  const ben = aTextPhone(house, 'ben', '192.0.2.21', { sms: true })
  for (const phone of [alice, bob, ann, ben]) assert.equal(await phone.register(), 200)
  return { house, alice, bob, ann, ben }
}

const kept = async (house: House): Promise<MessageRecord[]> =>
  (await house.messages.list({ limit: 100 })).reverse()
const statesOf = async (house: House): Promise<string[]> => (await kept(house)).map(({ state }) => state)
const kindOf = ({ rp }: { rp: { kind: string; cause?: number } | undefined }): string =>
  rp === undefined ? 'nothing' : rp.kind === 'error' ? `error ${rp.cause}` : rp.kind

const EMOJI = 'Grüße, 日本 and 👩‍👩‍👧‍👦 🎉'
const LONG = `${'All work and no play makes a long text. '.repeat(9)}${EMOJI}`

describe('between SIP phones', () => {
  test('a text is accepted when it is kept, and arrives as it was written', async () => {
    const { house, alice, bob } = await aTown()
    const { status, headers } = await alice.send('bob', EMOJI)
    assert.equal(status, 202)
    assert.match(headers.get('To') ?? '', /;tag=/)
    await house.settle()
    assert.deepEqual(bob.texts, [EMOJI])
    const { headers: shown } = bob.received[0] ?? assert.fail()
    assert.match(shown.get('From') ?? '', /^<sip:alice@tandem\.test>;tag=/)
    assert.deepEqual(await statesOf(house), ['delivered'])
    const [message] = await kept(house)
    assert.deepEqual(
      message?.steps.map(({ state }) => state),
      ['queued', 'submitting', 'delivered'],
    )
  })

  test('one that nobody has is refused, one to who is away waits and arrives in order', async () => {
    const { house, alice, bob } = await aTown()
    assert.equal((await alice.send('nobody', 'x')).status, 404)
    await bob.register(0)
    for (const text of ['one', 'two', 'three']) assert.equal((await alice.send('bob', text)).status, 202)
    assert.deepEqual(await statesOf(house), ['queued', 'queued', 'queued'])
    await bob.register()
    await house.pass(1000)
    assert.deepEqual(bob.texts, ['one', 'two', 'three'])
  })

  test('one that the phone does not take now is tried again, with an identity of its own', async () => {
    const { house, alice, bob } = await aTown()
    bob.status = 480
    await alice.send('bob', 'later')
    await house.settle()
    bob.status = 200
    await house.pass(35_000)
    assert.deepEqual(bob.texts, ['later'])
    assert.equal(new Set(bob.received.map(({ headers }) => headers.get('Call-ID'))).size, 2)
  })

  test('a repetition with another branch is the same text', async () => {
    const { house, alice, bob } = await aTown()
    const request = alice.message('bob', 'text/plain', new TextEncoder().encode('once'))
    for (let i = 0; i < 2; i++) {
      const answer = alice.ask(request)
      await house.settle()
      assert.equal((await answer).status, 202)
    }
    await house.pass(1000)
    assert.deepEqual(bob.texts, ['once'])
  })

  test('nothing is accepted while the disk is full, and everything is afterwards', async () => {
    const { house, alice, bob } = await aTown()
    house.messageStore.full = true
    const { status, headers } = await alice.send('bob', 'lost?')
    assert.equal(status, 503)
    assert.equal(headers.get('Retry-After'), '30')
    house.messageStore.full = false
    assert.equal((await alice.send('bob', 'kept')).status, 202)
    await house.pass(1000)
    assert.deepEqual(bob.texts, ['kept'])
  })

  test('who has to prove itself is asked to', async () => {
    const { house } = await aTown({ subscribers: [...everybody, aSubscriber('mallory')] })
    const mallory = aTextPhone(house, 'mallory', '192.0.2.66')
    const stranger = aTextPhone(house, 'stranger', '192.0.2.67')
    assert.equal((await mallory.send('bob', 'x')).status, 407)
    assert.equal((await stranger.send('bob', 'x')).status, 407)
    assert.deepEqual(await kept(house), [])
  })
})

describe('between handsets', () => {
  test('an SMS is acknowledged when it is kept, arrives, and is reported', async () => {
    const { house, ann, ben } = await aTown()
    const [answer] = await ann.submit('+15550102', 'hello', { reportWanted: true, reference: 77 })
    assert.deepEqual([answer?.status, answer && kindOf(answer)], [202, 'ack'])
    await house.pass(1000)
    assert.deepEqual(ben.texts, ['hello'])
    assert.deepEqual(ben.reported, [202])
    const [deliver] = ben.tpdus
    assert.ok(deliver?.kind === 'deliver')
    assert.deepEqual(deliver.originator, { ton: 1, npi: 1, value: '15550101' })
    const report = ann.tpdus.find(({ kind }) => kind === 'status-report')
    assert.ok(report?.kind === 'status-report')
    assert.deepEqual([report.reference, report.status, report.recipient.value], [77, 0, '15550102'])
    assert.deepEqual(await statesOf(house), ['delivered', 'delivered'])
  })

  test('a long text with emoji arrives whole, part after part', async () => {
    const { house, ann, ben } = await aTown()
    const answers = await ann.submit('+15550102', LONG)
    assert.ok(answers.length > 3)
    assert.ok(answers.every((answer) => kindOf(answer) === 'ack'))
    await house.pass(2000)
    assert.deepEqual(ben.read(), [LONG])
    assert.equal((await kept(house)).length, 1)
  })

  test('a repeated submission is acknowledged again and delivered once', async () => {
    const { house, ann, ben } = await aTown()
    await ann.submit('+15550102', 'once', { reference: 9 })
    const [again] = await ann.submit('+15550102', 'once', { reference: 9, rejectDuplicates: true })
    assert.equal(again && kindOf(again), 'ack')
    await house.pass(1000)
    assert.deepEqual(ben.texts, ['once'])
  })

  test('to oneself comes back, with a report; the echo service takes none', async () => {
    const { house, ann, alice } = await aTown({ echo: '600' })
    const [answer] = await ann.submit('+15550101', 'note to self', { reportWanted: true, reference: 5 })
    assert.equal(answer && kindOf(answer), 'ack')
    await house.pass(1000)
    assert.deepEqual(ann.texts, ['note to self'])
    assert.ok(ann.tpdus.some(({ kind }) => kind === 'status-report'))
    assert.deepEqual(await statesOf(house), ['delivered', 'delivered'])
    const [echo] = await ann.submit('600', 'x')
    assert.equal(echo && kindOf(echo), 'error 1')
    assert.equal((await alice.send('600', 'x')).status, 404)
  })

  test('waits as long as sms_expires said when it came, whatever that says later', async () => {
    const { house, ann, ben } = await aTown()
    await ben.register(0)
    for (const [text, seconds] of [
      ['short', 60],
      ['long', 600],
    ] as const) {
      house.live.smsExpiresS = seconds
      await ann.submit('+15550102', text)
    }
    house.live.smsExpiresS = 1
    await house.pass(70_000)
    assert.deepEqual(await statesOf(house), ['expired', 'queued'])
    await ben.register()
    await house.pass(1000)
    assert.deepEqual(ben.texts, ['long'])
  })

  test('what cannot be kept is refused in RP', async () => {
    const { house, ann } = await aTown()
    const [unknown] = await ann.submit('+15559999', 'x')
    assert.equal(unknown && kindOf(unknown), 'error 1')
    house.messageStore.full = true
    const [full] = await ann.submit('+15550102', 'x')
    assert.equal(full && kindOf(full), 'error 42')
    house.messageStore.full = false
    house.live.smsForcedRpCause = 38
    const [forced] = await ann.submit('+15559999', 'x')
    assert.equal(forced && kindOf(forced), 'error 38')
    assert.deepEqual(await kept(house), [])
  })

  test('a full handset waits until it has memory, and says so', async () => {
    const { house, ann, ben } = await aTown()
    ben.word = { cause: 22 }
    await ann.submit('+15550102', 'one')
    await ann.submit('+15550102', 'two')
    await house.pass(120_000)
    assert.equal(ben.tpdus.length, 1)
    const [waiting] = await kept(house)
    assert.deepEqual([waiting?.state, waiting?.reason], ['queued', 'memory full'])
    ben.word = 'ack'
    const { status, rp } = await ben.rpTo({ kind: 'smma', direction: 'mo', reference: 200 })
    assert.deepEqual([status, rp?.kind], [202, 'ack'])
    await house.pass(1000)
    assert.deepEqual(ben.texts, ['one', 'one', 'two'])
    assert.deepEqual(await statesOf(house), ['delivered', 'delivered'])
  })

  test('a report that comes late ends its message; nothing is delivered twice', async () => {
    const { house, ann, ben } = await aTown()
    ben.word = 'silence'
    await ann.submit('+15550102', 'slow')
    await house.pass(45_000)
    assert.deepEqual(await statesOf(house), ['queued'])
    const late = ben.received[0] ?? assert.fail()
    const reference = ben.rps[0]?.kind === 'data' ? ben.rps[0].reference : 0
    const named: [string, string][] = [['In-Reply-To', late.headers.get('Call-ID') ?? '']]
    const word = ben.message('ip-sm-gw', 'application/vnd.3gpp.sms', Uint8Array.of(2, reference), named)
    const answer = ben.ask(word)
    await house.pass(1000)
    assert.equal((await answer).status, 202)
    await house.pass(120_000)
    assert.equal(ben.tpdus.length, 1)
    assert.deepEqual(await statesOf(house), ['delivered'])
  })

  test('nobody reports for somebody else', async () => {
    const { house, ann, ben, bob } = await aTown()
    ben.word = 'silence'
    await ann.submit('+15550102', 'mine')
    await house.settle()
    const named: [string, string][] = [['In-Reply-To', ben.received[0]?.headers.get('Call-ID') ?? '']]
    for (const forger of [ann, bob])
      for (let reference = 0; reference < 256; reference += 1) {
        const headers = reference % 2 ? named : []
        const forged = forger.message(
          'ip-sm-gw',
          'application/vnd.3gpp.sms',
          Uint8Array.of(2, reference),
          headers,
        )
        const answer = forger.ask(forged)
        await house.settle()
        assert.equal((await answer).status, 202)
      }
    assert.deepEqual(await statesOf(house), ['submitting'])
    ben.word = 'ack'
    await house.pass(80_000)
    assert.deepEqual(await statesOf(house), ['delivered'])
  })

  test('silent messages, those for the SIM and flashes go through unchanged', async () => {
    const { house, ann, ben } = await aTown()
    await ann.submit('+15550102', 'ping', { pid: 0x40 })
    await ann.submit('+15550102', 'look', { dcs: 0x10 })
    const userData = {
      elements: [{ id: 0x70, octets: new Uint8Array() }],
      payload: Uint8Array.of(2, 0x70, 0, 0),
    }
    await ann.submit('+15550102', '', { pid: 0x7f, dcs: 0xf6, userData })
    await house.pass(1000)
    const arrived = ben.tpdus.map((tpdu) => tpdu.kind === 'deliver' && [tpdu.pid, tpdu.dcs])
    assert.deepEqual(arrived, [
      [0x40, 0],
      [0, 0x10],
      [0x7f, 0xf6],
    ])
    const last = ben.tpdus[2]
    assert.ok(last?.kind === 'deliver')
    assert.deepEqual(last.userData, userData)
  })
})

describe('between both', () => {
  test('a handset writes to a SIP phone, long and with emoji, and is answered', async () => {
    const { house, alice, ann } = await aTown()
    await ann.submit('alice', LONG)
    await house.pass(2000)
    assert.deepEqual(alice.texts, [LONG])
    const from = alice.received[0]?.headers.get('From') ?? ''
    assert.match(from, /^<sip:\+15550101@tandem\.test;user=phone>/)
    assert.equal((await alice.send('+15550101', LONG)).status, 202)
    await house.pass(3000)
    assert.deepEqual(ann.read(), [LONG])
    const [deliver] = ann.tpdus
    assert.ok(deliver?.kind === 'deliver')
    assert.deepEqual([deliver.originator.ton, deliver.originator.value], [5, 'alice'])
    assert.deepEqual(await statesOf(house), ['delivered', 'delivered'])
    const parts = (await kept(house)).map(({ partsDone, partsTotal }) => [partsDone, partsTotal])
    const count = ann.tpdus.length
    assert.ok(count > 1)
    assert.ok(
      parts.some(([done, total]) => done === count && total === count),
      JSON.stringify(parts),
    )
  })

  test('national tables are used where the operator wants them', async () => {
    const turkish =
      'İğneyi kendine, çuvaldızı başkasına batır. Şimdi ışıklar söndü, görüşürüz! Ağaç yaşken eğilir, öğüt.'
    for (const [nationalTables, parts] of [
      [false, 2],
      [true, 1],
    ] as const) {
      const { house, alice, ann } = await aTown({ texts: { nationalTables } })
      await alice.send('ann', turkish)
      await house.pass(2000)
      assert.deepEqual(ann.read(), [turkish])
      assert.equal(ann.tpdus.length, parts)
    }
  })

  test('a phone gets no data, and the sender who asked is told', async () => {
    const { house, alice, ann } = await aTown()
    const userData = { elements: [], payload: Uint8Array.of(1, 2, 3) }
    await ann.submit('alice', '', { dcs: 4, userData, reportWanted: true, reference: 5 })
    await house.pass(1000)
    assert.equal(alice.received.length, 0)
    const [message] = await kept(house)
    assert.deepEqual([message?.state, message?.reason], ['failed', 'a SIP phone takes text, not data'])
    const report = ann.tpdus.find(({ kind }) => kind === 'status-report')
    assert.ok(report?.kind === 'status-report')
    assert.ok(report.status >= 0x40)
  })
})

describe('with relay_only', () => {
  test('texts pass between phones unstored; handsets still get theirs', async () => {
    const { house, alice, bob, ann } = await aTown({ texts: { relayOnly: true } })
    assert.equal((await alice.send('bob', EMOJI)).status, 200)
    assert.deepEqual(bob.texts, [EMOJI])
    assert.deepEqual(await kept(house), [])
    bob.status = 486
    assert.equal((await alice.send('bob', 'x')).status, 486)
    await bob.register(0)
    assert.equal((await alice.send('bob', 'x')).status, 480)
    assert.equal((await alice.send('+15550101', 'to a handset')).status, 202)
    await house.pass(1000)
    assert.deepEqual(ann.texts, ['to a handset'])
  })
})
