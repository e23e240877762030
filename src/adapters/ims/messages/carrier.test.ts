import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSubscriberCarrier } from './carrier.ts'
import { aBinding, aPost, aRecord, aSubscriber, type Sent, SMS_FEATURES, settled } from './fixture.ts'
import { anOffice, bob, tpduIn } from './office-fixture.ts'

describe('where a text goes', () => {
  test('waits for who is not registered, or registered for no texts', async () => {
    const nobody = anOffice().deliver()
    const office = anOffice(';+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"')
    const deaf = office.deliver()
    await settled()
    assert.deepEqual(nobody.outcome(), { kind: 'away', reason: 'not registered' })
    assert.deepEqual(deaf.outcome(), { kind: 'away', reason: 'no contact takes texts' })
  })

  test('a phone gets what the handset could not be given, but never the second half', async () => {
    const office = anOffice(SMS_FEATURES, '')
    const { outcome } = office.deliver()
    assert.equal(office.sent.length, 1)
    office.last().answer(480)
    await settled()
    assert.equal(office.last().request.headers.get('Content-Type'), 'text/plain;charset=UTF-8')
    office.last().answer(200)
    await settled()
    assert.equal(outcome()?.kind, 'delivered')
    const half = office.deliver({
      body: { kind: 'text', text: 'long '.repeat(80) },
      partsDone: 1,
      partsTotal: 3,
    })
    office.last().answer(480)
    await settled()
    assert.equal(half.outcome()?.kind, 'retry')
  })

  test('another contact gets what a handset takes from SIP but never confirms, or refuses in RP', async () => {
    const silent = anOffice(SMS_FEATURES, SMS_FEATURES)
    const first = silent.deliver()
    silent.last().answer(202)
    silent.timers.advance(41_000)
    await settled()
    assert.equal(silent.last().request.uri, 'sip:bob@192.0.2.11')
    silent.last().answer(200)
    silent.report('ack')
    await settled()
    assert.equal(first.outcome()?.kind, 'delivered')

    const full = anOffice(SMS_FEATURES, '')
    const second = full.deliver()
    full.last().answer(200)
    const { settles } = full.report({ cause: 22 })
    await settled()
    assert.match(full.last().request.headers.get('Content-Type') ?? '', /^text\/plain/)
    full.last().answer(480)
    await settled()
    assert.equal(second.outcome()?.kind, 'retry')
    assert.deepEqual(settles, ['settled'], 'its word was heard, though it is not what is told')
  })

  test('a status report waits for the handset, also while a phone is there', async () => {
    const office = anOffice(SMS_FEATURES, '')
    const report = { reference: 7, recipient: '+15550101', atMs: 0, doneAtMs: 0, status: 0 }
    const { outcome } = office.deliver({ origin: 'report', body: { kind: 'report', ...report } })
    office.last().answer(480)
    await settled()
    assert.equal(outcome()?.kind, 'retry')
    assert.equal(office.sent.length, 1)
  })

  test('the second half goes to the handset that has the first, else all of it to another', async () => {
    const body = { kind: 'text' as const, text: 'long '.repeat(80) }
    const sequenceIn = (sent: Sent): number | undefined => {
      const { tpdu } = tpduIn(sent)
      return tpdu.kind === 'deliver' ? tpdu.userData.elements[0]?.octets[2] : undefined
    }
    const office = anOffice(SMS_FEATURES, SMS_FEATURES)
    const { outcome } = office.deliver({ body })
    office.report('ack')
    await settled()
    office.last().answer(503)
    await settled()
    assert.deepEqual(
      office.sent.map((sent) => [sent.request.uri, sequenceIn(sent)]),
      [
        ['sip:bob@192.0.2.10', 1],
        ['sip:bob@192.0.2.10', 2],
        ['sip:bob@192.0.2.11', 1],
      ],
    )
    office.report('ack')
    await settled()
    office.last().answer(503)
    await settled()
    assert.equal(outcome()?.kind, 'retry')
    assert.deepEqual(office.confirmed, [
      [1, 'sms sip:bob@192.0.2.10'],
      [1, 'sms sip:bob@192.0.2.11'],
    ])
    const steps = [{ atMs: 1, state: 'submitting' as const, route: 'sms sip:bob@192.0.2.11' }]
    office.deliver({ body, attempts: 1, partsDone: 1, partsTotal: 3, steps })
    assert.deepEqual([office.last().request.uri, sequenceIn(office.last())], ['sip:bob@192.0.2.11', 2])
  })

  test('an identity of one of several handsets is that one', () => {
    const two = aSubscriber('bob', {
      multiSim: true,
      identities: [
        { uri: 'sip:bob', user: 'bob' },
        { uri: 'tel:+15550102', user: '+15550102', imeisv: '3562510000000001' },
      ],
    })
    const post = aPost([two])
    const [one, other] = ['35625100-000000-0', '35625100-000001-0'].map(
      (imei) => `;+g.3gpp.smsip;+sip.instance="<urn:gsma:imei:${imei}>"`,
    )
    post.bindings.push(
      aBinding(two, {
        features: other as string,
        instance: '<urn:gsma:imei:35625100-000001-0>',
        contact: 'sip:b@192.0.2.2',
      }),
      aBinding(two, {
        features: one as string,
        instance: '<urn:gsma:imei:35625100-000000-0>',
        contact: 'sip:b@192.0.2.3',
      }),
    )
    const progress = { total: () => {}, partDone: async () => {} }
    void createSubscriberCarrier(post.ports).deliver(aRecord({ to: 'tel:+15550102' }), progress)
    assert.deepEqual(
      post.sent.map(({ request }) => request.uri),
      ['sip:b@192.0.2.3'],
    )
  })

  test('a contact for emergencies gets none', async () => {
    const office = anOffice()
    office.bindings.push(aBinding(bob, { contact: 'sip:bob@192.0.2.10;sos', features: SMS_FEATURES }))
    const { outcome } = office.deliver()
    await settled()
    assert.deepEqual(outcome(), { kind: 'away', reason: 'not registered' })
  })

  test('a subscriber that is gone from the configuration gets nothing', async () => {
    const { outcome } = anOffice('').deliver({ queue: 'subscriber:gone' })
    await settled()
    assert.equal(outcome()?.kind, 'failed')
  })
})
