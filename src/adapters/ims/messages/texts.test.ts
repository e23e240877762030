import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Subscriber } from '#core'
import { err } from '#lib/result'
import {
  aBinding,
  aPost,
  aSubscriber,
  aTransaction,
  later,
  replies,
  SMS_FEATURES,
  settled,
} from './fixture.ts'
import type { TextSettings } from './ports.ts'
import { createTexts } from './texts.ts'

const alice = aSubscriber('alice')
const bob = aSubscriber('bob')
const octets = (text: string): Uint8Array => new TextEncoder().encode(text)

const aDesk = (settings: Partial<TextSettings> = {}, sender: Subscriber | undefined = alice) => {
  const post = aPost(
    [alice, bob, aSubscriber('1001'), aSubscriber('carol', { msisdn: '+15550103' })],
    settings,
  )
  const texts = createTexts(post.ports, (_transaction, proved) => proved(sender), replies, later)
  const ask = async (...args: Parameters<typeof aTransaction>) => {
    const transaction = aTransaction(...args)
    texts(transaction)
    await settled()
    return transaction
  }
  const statusOf = async (...args: Parameters<typeof aTransaction>) =>
    (await ask(...args)).responses[0]?.status
  return { ...post, ask, statusOf }
}

describe('a plain text that is stored', () => {
  test('becomes a message of its sender, and is accepted when that is kept', async () => {
    const desk = aDesk()
    const transaction = aTransaction({}, octets('añb 😀'))
    createTexts(desk.ports, (_, proved) => proved(alice), replies, later)(transaction)
    assert.equal(transaction.responses.length, 0)
    await settled()
    assert.equal(transaction.responses[0]?.status, 202)
    const [draft] = desk.drafts
    assert.ok(draft)
    assert.deepEqual(draft.body, { kind: 'text', text: 'añb 😀' })
    assert.deepEqual(draft.to, { user: 'bob', text: 'sip:bob@tandem.test', near: 'alice' })
    assert.deepEqual([draft.origin, draft.from, draft.fromImpi], ['sip', 'sip:alice@tandem.test', alice.impi])
  })

  test('names the same message when it is sent again, and another one else', async () => {
    const desk = aDesk()
    await desk.ask({}, octets('a'))
    await desk.ask({}, octets('a'))
    await desk.ask({ from: 'bob' }, octets('a'))
    const keys = desk.drafts.map(({ dedupe }) => dedupe)
    assert.equal(keys[0], keys[1])
    assert.equal(keys[0]?.length, 28)
    const other = aDesk({}, bob)
    await other.ask({}, octets('a'))
    assert.notEqual(other.drafts[0]?.dedupe, keys[0])
  })

  for (const [error, status] of [
    ['unknown-user', 404],
    ['bad-request', 400],
    ['overloaded', 503],
    ['failure', 503],
  ] as const)
    test(`is refused with ${status} when it is not kept: ${error}`, async () => {
      const desk = aDesk()
      desk.post.accepts = err(error)
      const { responses } = await desk.ask({}, octets('a'))
      assert.equal(responses[0]?.status, status)
      assert.equal(responses[0]?.headers.get('Retry-After'), status === 503 ? '30' : undefined)
    })

  for (const [what, options, body, status] of [
    ['of a type that is not spoken', { type: 'message/cpim' }, 'x', 415],
    ['of markup', { type: 'text/html' }, 'x', 415],
    ['that says somebody is typing', { type: 'application/im-iscomposing+xml' }, '<x/>', 415],
    ['that is compressed', { headers: [['Content-Encoding', 'gzip']] as [string, string][] }, 'x', 415],
    ['in a charset that is not spoken', { type: 'text/plain;charset=koi8-r' }, 'x', 415],
    ['without characters', {}, '', 400],
    ['that is very long', {}, 'x'.repeat(60_001), 413],
  ] as const)
    test(`${what} is refused with ${status}`, async () => {
      const desk = aDesk()
      const { responses } = await desk.ask({ ...options }, octets(body))
      assert.equal(responses[0]?.status, status)
      assert.equal(desk.drafts.length, 0)
      if (status === 415)
        assert.ok(responses[0]?.headers.has('Accept') || responses[0]?.headers.has('Accept-Encoding'))
    })

  test('is read in the charset that it names', async () => {
    const desk = aDesk()
    await desk.ask({ type: 'Text/Plain; charset="ISO-8859-1"' }, Uint8Array.of(0x61, 0xe9))
    await desk.ask({}, Uint8Array.of(0x61, 0xe9))
    await desk.ask({ type: 'text/plain;charset=us-ascii' }, octets('é'))
    assert.deepEqual(
      desk.drafts.map(({ body }) => body.kind === 'text' && body.text),
      ['aé', 'aé', 'é'],
    )
    assert.equal(await desk.statusOf({ type: 'text/plain;charset=utf-8' }, Uint8Array.of(0x61, 0xe9)), 400)
  })

  test('of somebody with a number comes from that number', async () => {
    const imsi = {
      imsi: '001010000000001',
      identities: [{ uri: 'sip:001010000000001', user: '001010000000001' }],
    }
    for (const [sender, from] of [
      [aSubscriber('1001'), '1001'],
      [aSubscriber('001010000000001', { ...imsi, msisdn: '+15550103' }), '+15550103'],
    ] as const) {
      const desk = aDesk({}, sender)
      await desk.ask({ from: sender.identities[0]?.user ?? '' }, octets('a'))
      assert.equal(desk.drafts[0]?.from, from)
    }
  })

  test('of somebody who hides comes from nobody', async () => {
    const desk = aDesk()
    await desk.ask({ headers: [['Privacy', 'id']] }, octets('a'))
    assert.equal(desk.drafts[0]?.from, 'sip:anonymous@anonymous.invalid')
    assert.equal(desk.drafts[0]?.fromImpi, alice.impi)
  })

  test('of a trusted neighbour comes from whom it asserts', async () => {
    const post = aDesk()
    const texts = createTexts(post.ports, (_, proved) => proved(undefined), replies, later)
    texts(aTransaction({ headers: [['P-Asserted-Identity', '<sip:bob@tandem.test>']] }, octets('a')))
    texts(aTransaction({ headers: [['P-Asserted-Identity', '<tel:+15559999>']] }, octets('b')))
    assert.deepEqual(
      post.drafts.map(({ from, fromImpi }) => [from, fromImpi]),
      [
        ['sip:bob@tandem.test', bob.impi],
        ['+15559999', undefined],
      ],
    )
  })
})

describe('a plain text that is passed on', () => {
  const aRelay = (...features: string[]) => {
    const desk = aDesk({ relayOnly: true })
    features.forEach((each, at) => {
      desk.bindings.push(aBinding(bob, { features: each, contact: `sip:bob@192.0.2.${20 + at}` }))
    })
    return desk
  }

  test('is nowhere stored, and its receiver answers its sender', async () => {
    const desk = aRelay('')
    const { responses } = await desk.ask({ headers: [['Subject', 'x']] }, octets('a'))
    assert.equal(desk.drafts.length, 0)
    assert.equal(responses.length, 0)
    const [sent] = desk.sent
    assert.ok(sent)
    const { headers, uri, body } = sent.request
    assert.equal(uri, 'sip:bob@192.0.2.20')
    assert.equal(new TextDecoder().decode(body), 'a')
    assert.equal(headers.get('Max-Forwards'), '69')
    assert.deepEqual(headers.all('From'), ['<sip:alice@tandem.test>;tag=f1'])
    assert.deepEqual(headers.all('Via'), [])
    assert.equal(headers.get('P-Asserted-Identity'), '<sip:alice@tandem.test>')
    assert.deepEqual(
      ['Subject', 'Call-ID', 'CSeq', 'To', 'Content-Type'].map((name) => headers.all(name)),
      [['x'], ['call-1'], ['7 MESSAGE'], ['<sip:bob@tandem.test>'], ['text/plain']],
    )
    sent.answer(100)
    sent.answer(200)
    assert.deepEqual(
      responses.map(({ status }) => status),
      [200],
    )
  })

  test('shows the identity that the sender has, whatever it says', async () => {
    const desk = aRelay('')
    await desk.ask({ from: 'bob', headers: [['P-Asserted-Identity', '<sip:bob@tandem.test>']] }, octets('a'))
    const headers = desk.sent[0]?.request.headers
    assert.match(headers?.get('From') ?? '', /^<sip:alice@tandem\.test>/)
    assert.deepEqual(headers?.all('P-Asserted-Identity'), ['<sip:alice@tandem.test>'])
  })

  test('goes to all phones; the first that takes it answers for all, else the best refusal', async () => {
    const desk = aRelay('', '')
    const taken = await desk.ask({}, octets('a'))
    desk.sent[0]?.answer(486)
    assert.equal(taken.responses.length, 0)
    desk.sent[1]?.answer(202)
    assert.deepEqual(
      taken.responses.map(({ status }) => status),
      [202],
    )
    const refused = await desk.ask({}, octets('b'))
    desk.sent[2]?.answer(603)
    desk.sent[3]?.answer(486)
    assert.deepEqual(
      refused.responses.map(({ status }) => status),
      [486],
    )
    const unheard = await desk.ask({}, octets('c'))
    desk.sent[4]?.events.onFailure('timeout')
    desk.sent[5]?.events.onFailure('transport')
    assert.deepEqual(
      unheard.responses.map(({ status }) => status),
      [480],
    )
  })

  test('ends at the last hop, at nobody and at somebody away', async () => {
    const desk = aRelay('')
    const transaction = aTransaction({}, octets('a'))
    transaction.request.headers.set('Max-Forwards', '0')
    createTexts(desk.ports, (_, proved) => proved(alice), replies, later)(transaction)
    assert.equal(transaction.responses[0]?.status, 483)
    assert.equal(await desk.statusOf({ to: 'nobody' }, octets('a')), 404)
    assert.equal(await desk.statusOf({ to: 'carol' }, octets('a')), 480)
    assert.equal(desk.sent.length, 0)
  })

  test('is stored after all for who is there with a handset alone', async () => {
    const desk = aRelay(SMS_FEATURES)
    assert.equal(await desk.statusOf({}, octets('a')), 202)
    assert.equal(desk.drafts.length, 1)
  })

  test('keeps a challenge of the receiver from the sender', async () => {
    const desk = aRelay('')
    const { responses } = await desk.ask({}, octets('a'))
    desk.sent[0]?.answer(407)
    assert.deepEqual(
      responses.map(({ status }) => status),
      [403],
    )
  })
})
