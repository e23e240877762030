import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { IceOutcome, IceSource } from './agent.ts'
import { type CheckPlan, decodeAnswer, encodeCheck } from './client.ts'
import { createCredentials, createIceLite } from './lite.ts'
import { MOST_SOURCES } from './sources.ts'
import { BINDING_INDICATION, BINDING_REQUEST } from './stun.ts'
import { StunWriter } from './writer.ts'

const OURS = { ufrag: 'house', pwd: 'a-password-of-22-chars' }
const NEXT = { ufrag: 'later', pwd: 'another-one-of-22-char' }
const transaction = Uint8Array.fromHex('0102030405060708090a0b0c')
const from = (last: number, port = 5000): IceSource => ({ address: Uint8Array.of(192, 0, 2, last), port })
const check = (plan: Partial<CheckPlan> = {}): Uint8Array =>
  encodeCheck({ remote: OURS, ufrag: 'them', transaction, ...plan })

const town = () => {
  const agent = createIceLite(OURS)
  const ask = (bytes: Uint8Array, source = from(1), nowMs = 1000): IceOutcome => ({
    ...agent.handle(bytes, 0, bytes.length, source, nowMs),
  })
  const answer = (outcome: IceOutcome, pwd = OURS.pwd) =>
    decodeAnswer(agent.reply.slice(0, outcome.length), pwd)
  return { agent, ask, answer }
}

describe('a lite agent', () => {
  test('answers a check with where it came from', () => {
    const { agent, ask, answer } = town()
    const outcome = ask(check())
    assert.deepEqual(outcome, {
      ...{ length: outcome.length, authentic: true, dropped: undefined },
      ...{ validated: true, selected: true, restarted: false },
    })
    assert.deepEqual(answer(outcome), { transaction, mapped: from(1) })
    assert.ok(agent.isValid(from(1)))
    assert.ok(!agent.isValid(from(1, 5001)))
    assert.equal(agent.consentMs, 1000)
    const again = ask(check(), from(1), 3500)
    assert.deepEqual([again.validated, again.selected, agent.consentMs], [false, false, 3500])
  })
  test('answers in IPv6 too', () => {
    const { ask, answer } = town()
    const source = { address: Uint8Array.fromHex('20010db8000000000000000000000042'), port: 9 }
    assert.deepEqual(answer(ask(check(), source))?.mapped, source)
  })
  test('keeps what it was shown, not where it was shown', () => {
    const { agent, ask } = town()
    const source = from(1)
    ask(check(), source)
    source.address[3] = 99
    assert.ok(agent.isValid(from(1)))
    assert.deepEqual(agent.selected?.address, Uint8Array.of(192, 0, 2, 1))
  })

  test('is silent to strangers', () => {
    const { agent, ask } = town()
    const strange: [Uint8Array, IceOutcome['dropped']][] = [
      [check({ remote: { ...OURS, pwd: 'wrong' } }), 'forged'],
      [check({ remote: { ...OURS, ufrag: 'hous' } }), 'forged'],
      [check({ remote: { ...OURS, ufrag: 'house2' } }), 'forged'],
      [check().with(60, 0), 'malformed'],
      [new Uint8Array(40), 'malformed'],
    ]
    for (const [bytes, why] of strange) {
      const outcome = ask(bytes)
      assert.equal(outcome.dropped, why)
      assert.equal(outcome.length, 0)
      assert.ok(!outcome.authentic && !outcome.validated)
    }
    assert.deepEqual(agent.counted, { answered: 0, forged: 3, malformed: 2, conflicts: 0 })
    assert.equal(agent.selected, undefined)
    assert.equal(agent.consentMs, -1)
  })
  test('is silent to unsigned requests, indications and answers', () => {
    const { agent, ask } = town()
    const writer = new StunWriter()
    writer.begin(BINDING_REQUEST, transaction, 0)
    assert.equal(ask(writer.message()).dropped, 'forged')
    writer.begin(BINDING_INDICATION, transaction, 0)
    assert.equal(ask(writer.message()).dropped, 'not-a-check')
    const outcome = ask(check())
    assert.equal(ask(agent.reply.slice(0, outcome.length)).dropped, 'not-a-check')
  })
  test('never answers with much more than it was asked', () => {
    const { ask } = town()
    const bytes = check()
    assert.ok(ask(bytes).length <= bytes.length)
  })

  test('is controlled for ever', () => {
    const { agent, ask, answer } = town()
    const outcome = ask(check({ role: 'controlled' }))
    assert.equal(answer(outcome)?.errorCode, 487)
    assert.equal(agent.counted.conflicts, 1)
    assert.ok(outcome.authentic && !outcome.validated)
    assert.ok(!agent.isValid(from(1)))
  })
  test('says what it does not understand', () => {
    const { ask, answer } = town()
    const writer = new StunWriter()
    writer.begin(BINDING_REQUEST, transaction, 0)
    writer.value(0x0006, new TextEncoder().encode('house:them'))
    writer.number(0x7abc, 1)
    writer.integrity(new TextEncoder().encode(OURS.pwd))
    assert.equal(answer(ask(writer.message()))?.errorCode, 420)
  })
})

describe('the selected pair', () => {
  test('is the first valid one until one is nominated', () => {
    const { agent, ask } = town()
    assert.ok(ask(check(), from(1)).selected)
    assert.ok(!ask(check(), from(2)).selected)
    assert.ok(ask(check({ nominate: true }), from(2)).selected)
    assert.ok(!ask(check(), from(1)).selected)
    assert.deepEqual(agent.selected?.address, from(2).address)
  })
  test('follows a peer into another network at once, though that is worse', () => {
    const { agent, ask } = town()
    ask(check({ nominate: true, priority: 2000 }), from(1), 0)
    assert.ok(ask(check({ nominate: true, priority: 1000 }), from(2), 100).selected)
    assert.ok(!ask(check({ priority: 2000 }), from(1), 200).selected)
    assert.deepEqual(agent.selected?.address, from(2).address)
  })
  test('is the best one of a peer that nominates all, and stays', () => {
    const { agent, ask } = town()
    for (let round = 0; round < 4; round++) {
      ask(check({ nominate: true, priority: 2000 }), from(1), round * 2500)
      ask(check({ nominate: true, priority: 1000 }), from(2), round * 2500 + 20)
      if (round > 0) assert.deepEqual(agent.selected?.address, from(1).address)
    }
    assert.ok(ask(check({ nominate: true, priority: 1000 }), from(2), 60_000).selected)
  })
  test('survives any number of sources', () => {
    const { agent, ask } = town()
    ask(check({ nominate: true }), from(1))
    for (let port = 1; port < 100; port++) ask(check(), from(2, port))
    assert.ok(agent.isValid(from(1)))
    assert.ok(agent.isValid(from(2, 99)))
    assert.ok(!agent.isValid(from(2, 99 - MOST_SOURCES + 1)))
  })
})

describe('a restart', () => {
  test('lets the old credentials serve until the new ones do', () => {
    const { agent, ask, answer } = town()
    ask(check({ nominate: true }), from(1))
    agent.restart(NEXT)
    assert.deepEqual(agent.credentials, NEXT)
    assert.ok(answer(ask(check(), from(1))))
    assert.deepEqual(agent.selected?.address, from(1).address)
    const first = ask(check({ remote: NEXT }), from(2))
    assert.ok(first.restarted && first.selected && first.validated)
    assert.ok(answer(first, NEXT.pwd))
    assert.equal(ask(check(), from(1)).dropped, 'forged')
    assert.ok(!ask(check({ remote: NEXT }), from(2)).restarted)
  })
  test('from the same place changes nothing but the credentials', () => {
    const { agent, ask } = town()
    ask(check({ nominate: true }), from(1))
    agent.restart(NEXT)
    const first = ask(check({ remote: NEXT, nominate: true }), from(1))
    assert.deepEqual([first.restarted, first.validated, first.selected], [true, false, false])
  })
  test('twice before any check keeps those in use', () => {
    const { agent, ask } = town()
    agent.restart({ ufrag: 'never', pwd: 'used' })
    agent.restart(NEXT)
    assert.ok(ask(check()).authentic)
    assert.ok(ask(check({ remote: NEXT })).restarted)
  })
  test('has credentials of the letters and lengths of RFC 8839', () => {
    const made = createCredentials((length) => new Uint8Array(length).fill(251))
    assert.match(made.ufrag, /^[A-Za-z0-9+/]{8}$/)
    assert.match(made.pwd, /^[A-Za-z0-9+/]{24}$/)
  })
})
