import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSim, decodeNonce, encodeAuts } from '#aka'
import type { Subscriber } from '#core'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { AWAIT_AUTH_MS, createSimChallenges } from './sim-challenges.ts'

const secrets = {
  algo: 'miln' as const,
  k: new Uint8Array(16).fill(1),
  opc: new Uint8Array(16).fill(2),
  resLen: 8,
}
const ann: Subscriber = {
  impi: 'ann@tandem.test',
  domain: 'tandem.test',
  identities: [{ uri: 'sip:ann', user: 'ann' }],
  proof: 'AKAv1',
  sim: { ...secrets, amf: 0x8000, sqn: 3n },
  multiSim: false,
  anonymous: false,
  ringOnly: false,
  reliable: true,
  proveOnRegisterOnly: false,
}

const aCentre = () => {
  const timers = createHandClock()
  const saved: [string, bigint][] = []
  const faults = { disk: false }
  const centre = createSimChallenges({
    clock: timers.clock,
    random: createRandom(),
    sqns: new Map(),
    store: {
      saveSqn: async (impi, sqn) => {
        if (faults.disk) throw new Error('disk full')
        saved.push([impi, sqn])
      },
    },
  })
  const issue = async (source = '192.0.2.1') => {
    const challenge = await centre.issue(ann, 'AKAv1-MD5', source)
    assert.ok(challenge && challenge !== 'unsaved')
    return challenge
  }
  return { timers, saved, faults, centre, issue }
}

describe('a challenge to a SIM', () => {
  test('has the next number of its slot, stored before it is given out', async () => {
    const { saved, issue } = aCentre()
    await issue()
    await issue()
    assert.deepEqual(saved, [
      [ann.impi, 35n],
      [ann.impi, 67n],
    ])
  })

  test('is not open when its number could not be stored', async () => {
    const { faults, centre } = aCentre()
    faults.disk = true
    assert.equal(await centre.issue(ann, 'AKAv1-MD5', 'x'), 'unsaved')
    assert.equal(await centre.decoy('x'), undefined)
    assert.equal(centre.size, 0)
  })

  test('is open for four minutes, and forgotten in the sweep', async () => {
    const { timers, centre, issue } = aCentre()
    const { nonce } = await issue()
    timers.advance(AWAIT_AUTH_MS - 100)
    assert.ok(centre.find(ann.impi, nonce))
    timers.advance(200)
    assert.equal(centre.find(ann.impi, nonce), undefined)
    centre.sweep()
    assert.equal(centre.size, 0)
  })

  test('is not pushed out by somebody who asks from elsewhere again and again', async () => {
    const { centre, issue } = aCentre()
    const mine = await issue('192.0.2.1')
    for (let i = 0; i < 50; i++) await issue('192.0.2.66')
    assert.ok(centre.find(ann.impi, mine.nonce))
  })

  test('takes over the number of a SIM that is ahead, once', async () => {
    const { saved, centre, issue } = aCentre()
    const challenge = await issue()
    const parts = decodeNonce(challenge.nonce)
    assert.ok(parts.ok)
    const auts = encodeAuts(createSim(secrets).auts(parts.value.rand, 32n << 20n))
    assert.equal(centre.resynchronise(ann, challenge, `A${auts.slice(1)}`), false)
    assert.equal(centre.resynchronise(ann, challenge, 'nonsense'), false)
    assert.equal(centre.resynchronise(ann, challenge, auts), true)
    assert.equal(centre.find(ann.impi, challenge.nonce), undefined, 'AUTS serves once')
    await issue()
    assert.equal(saved.at(-1)?.[1], ((1n << 20n) + 1n) * 32n + 3n)
  })
})

describe('a challenge to nobody', () => {
  test('looks like any other, is known again, and only by us', async () => {
    const { timers, saved, centre, issue } = aCentre()
    const nonce = (await centre.decoy('192.0.2.1')) ?? ''
    assert.equal(nonce.length, (await issue()).nonce.length)
    assert.deepEqual(centre.decoyOf(nonce, '192.0.2.1'), { again: false, isFrom: true })
    assert.deepEqual(centre.decoyOf(nonce, '192.0.2.2'), { again: false, isFrom: false })
    assert.deepEqual(centre.decoyOf((await centre.decoy('x', true)) ?? '', 'x'), {
      again: true,
      isFrom: true,
    })
    assert.equal(aCentre().centre.decoyOf(nonce, '192.0.2.1'), undefined)
    assert.equal(centre.decoyOf((await issue()).nonce, '192.0.2.1'), undefined)
    assert.equal(centre.decoyOf('nonsense', 'x'), undefined)
    assert.equal(saved[0]?.[0], '', 'it waited for the disk as others do')
    timers.advance(2 * AWAIT_AUTH_MS)
    assert.equal(centre.decoyOf(nonce, '192.0.2.1'), undefined)
  })
})
