import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SipRequest } from '#sip'
import { addressOf, decodeTpdu, encodeStatusReport, FCS_MEMORY_FULL } from '#sms'
import type { TextPolicy } from './contract.ts'
import { acknowledge, aScene, deliver, GATEWAY, rpOf, time, withSim } from './testing.ts'

describe('a handset takes texts', () => {
  test('acknowledges them in a MESSAGE of its own, and shows them', async () => {
    const { say, pass, requests, seen, statuses } = aScene(withSim)
    const callIds = deliver('hello').map((rp) => say({ rp }))
    await pass(200)
    assert.deepEqual(statuses, [200])
    const [report] = requests
    assert.ok(report)
    assert.equal(report.uri, GATEWAY)
    assert.equal(report.headers.get('In-Reply-To'), callIds[0])
    assert.match(report.headers.get('From') ?? '', /^<sip:called@test>/)
    const rp = rpOf(report)
    assert.ok(rp?.kind === 'ack' && rp.reference === 100 && rp.tpdu)
    assert.deepEqual(decodeTpdu(rp.tpdu, 'mo', 'ack'), { ok: true, value: { kind: 'deliver-report' } })
    assert.deepEqual(seen('message'), [
      { kind: 'message', form: 'sms', from: '+15550100200', text: 'hello', parts: 1 },
    ])
  })

  test('joins parts in any order, and keeps senders apart', async () => {
    const { say, pass, requests, seen } = aScene(withSim)
    const words = '日本語のテキスト '.repeat(20)
    const [a = [], b = []] = [deliver(words), deliver(words, { originator: addressOf('Tandem') })].map(
      (rps) => rps.reverse(),
    )
    for (const rp of [...a.slice(1), ...b, ...a.slice(0, 1)]) say({ rp })
    await pass(200)
    assert.equal(requests.length, a.length + b.length)
    assert.deepEqual(
      seen('message').map(({ from, text, parts }) => [from, text, parts]),
      [
        ['Tandem', words, 3],
        ['+15550100200', words, 3],
      ],
    )
  })

  test('joins a pair of units that the sender cut in two', async () => {
    const { say, pass, seen } = aScene(withSim)
    const parts = ['d83d', 'de00'].map((half, index) => ({
      elements: [{ id: 0, octets: Uint8Array.of(9, 2, index + 1) }],
      payload: Uint8Array.fromHex(half),
    }))
    for (const userData of parts) for (const rp of deliver('', { dcs: 8, userData })) say({ rp })
    await pass(200)
    assert.equal(seen('message')[0]?.text, '😀')
  })

  test('shows what is no text, and not what nobody is to see', async () => {
    const { say, pass, requests, seen } = aScene(withSim)
    const data = { elements: [], payload: Uint8Array.of(1, 2) }
    for (const more of [{ dcs: 4, userData: data }, { pid: 0x40 }, { pid: 0x7f, dcs: 0xf6, userData: data }])
      for (const rp of deliver('', more)) say({ rp })
    for (const rp of deliver('flash', { dcs: 0x10 })) say({ rp })
    await pass(200)
    assert.deepEqual(
      seen('message').map(({ text, data, flash }) => [text, data, flash]),
      [
        ['', '0102', undefined],
        ['flash', undefined, true],
      ],
    )
    assert.deepEqual(
      seen('unshown').map(({ pid }) => pid),
      [0x40, 0x7f],
    )
    assert.equal(requests.length, 4)
  })

  test('is told what became of its own', async () => {
    const { say, pass, seen, requests } = aScene(withSim)
    const tpdu = encodeStatusReport({
      ...{ kind: 'status-report', reference: 12, recipient: addressOf('+15550100200'), time, doneTime: time },
      ...{ status: 0, moreMessages: false, loopPrevention: false, ofCommand: false },
    })
    say({ rp: { kind: 'data', direction: 'mt', reference: 1, tpdu } })
    await pass(200)
    assert.deepEqual(seen('status-report'), [
      { kind: 'status-report', reference: 12, recipient: '+15550100200', status: 0 },
    ])
    assert.equal(rpOf(requests[0] as SipRequest)?.kind, 'ack')
  })

  test('says what is wrong with the others', async () => {
    const { say, pass, requests, statuses, seen } = aScene(withSim)
    say({ rp: { kind: 'data', direction: 'mt', reference: 5, tpdu: Uint8Array.of(0, 0xff) } })
    say({ rp: { kind: 'data', direction: 'mo', reference: 6, tpdu: new Uint8Array(0) } })
    say({ words: 'hello', type: 'text/html' })
    say({ words: 'hello', type: 'text/plain' })
    await pass(200)
    assert.deepEqual(statuses, [200, 400, 415, 200])
    assert.equal(requests.length, 1)
    const rp = rpOf(requests[0] as SipRequest)
    assert.ok(rp?.kind === 'error' && rp.cause === 96 && rp.reference === 5)
    assert.equal(seen('message')[0]?.form, 'plain')
  })
})

describe('a handset does as it is told with texts', () => {
  const told = async (policy: TextPolicy, forMs: number) => {
    const scene = aScene(withSim, { answer: acknowledge }, policy)
    for (const rp of deliver('hello')) scene.say({ rp })
    scene.say({ words: 'plain', type: 'text/plain' })
    await scene.pass(forMs)
    return { ...scene, rps: scene.requests.map((request) => rpOf(request)) }
  }
  test('gives no report', async () => {
    const { statuses, requests } = await told({ kind: 'no-report' }, 1000)
    assert.deepEqual([statuses, requests.length], [[200, 200], 0])
  })
  test('says nothing at all', async () => {
    const { statuses, requests } = await told({ kind: 'ignore' }, 33_000)
    assert.deepEqual([statuses, requests.length], [[0, 0], 0])
  })
  test('refuses for a cause', async () => {
    const { rps, statuses, seen } = await told({ kind: 'refuse', cause: 111 }, 1000)
    assert.deepEqual(rps, [{ kind: 'error', direction: 'mo', reference: 100, cause: 111 }])
    assert.deepEqual(statuses, [480, 200].sort())
    assert.equal(seen('message').length, 0)
  })
  test('has no memory, and then has some again', async () => {
    const { rps, seen, say, pass, ue } = await told({ kind: 'refuse', cause: 22, memoryAfterMs: 2000 }, 3000)
    const [refusal, memory] = rps
    assert.ok(refusal?.kind === 'error' && refusal.cause === 22 && refusal.tpdu)
    const report = decodeTpdu(refusal.tpdu, 'mo', 'error')
    assert.ok(report.ok && report.value.kind === 'deliver-report' && report.value.cause === FCS_MEMORY_FULL)
    assert.equal(memory?.kind, 'smma')
    assert.deepEqual(seen('memory'), [{ kind: 'memory', known: true }])
    assert.deepEqual(ue.texting, { kind: 'take' })
    for (const rp of deliver('again')) say({ rp })
    await pass(200)
    assert.equal(seen('message')[0]?.text, 'again')
  })
})
