import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { createSim, gsmAnswer, nextSqn } from '#aka'
import { toHex } from '#lib/bytes'

/** Osmocom's authentication centre computes the same vectors from other code (package libosmocore-utils). */
const osmoAucGen = async (...args: string[]): Promise<Record<string, string>> => {
  const { stdout } = await promisify(execFile)('osmo-auc-gen', ['-3', ...args])
  return Object.fromEntries(
    [...stdout.matchAll(/^([\w.]+):\t(\w+)$/gm)].map(([, name, value]) => [name, value]),
  )
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const randomSqn = () => BigInt(`0x${toHex(random(6))}`) >> 1n

const ROUNDS = 20
const skip = spawnSync('osmo-auc-gen', ['-h']).error ? 'osmo-auc-gen is not installed' : false

describe('osmo-auc-gen', { skip }, () => {
  test('agrees about Milenage under random keys, from OP and from OPc', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [k, op, rand, amf, sqn] = [random(16), random(16), random(16), random(2), randomSqn()]
      const fromOp = round % 2 === 0
      const sim = createSim({ algo: 'miln', k, ...(fromOp ? { op } : { opc: op }) })
      const ours = sim.vector({ rand, sqn, amf: ((amf[0] as number) << 8) | (amf[1] as number) })
      const inputs = ['-k', toHex(k), fromOp ? '-O' : '-o', toHex(op), '-r', toHex(rand), '-f', toHex(amf)]
      // An IND of no bits keeps the tool from stepping the number by a slot.
      const theirs = await osmoAucGen('-a', 'MILENAGE', ...inputs, '-l', '0', '-s', String(sqn))
      const { sres, kc } = gsmAnswer({ res: ours.xres, ...ours })
      assert.deepEqual(
        [ours.autn, ours.xres, ours.ck, ours.ik, sres, kc].map(toHex),
        ['AUTN', 'RES', 'CK', 'IK', 'SRES', 'Kc'].map((name) => theirs[name]),
        `k ${toHex(k)} op ${toHex(op)} rand ${toHex(rand)} sqn ${sqn}`,
      )
    }
  })

  test('reads our AUTS of Milenage and steps to the same next number', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [k, opc, rand, sqnMs] = [random(16), random(16), random(16), randomSqn()]
      const ind = round % 32
      const auts = createSim({ algo: 'miln', k, opc }).auts(rand, sqnMs)
      const keys = ['-k', toHex(k), '-o', toHex(opc), '-r', toHex(rand)]
      const theirs = await osmoAucGen('-a', 'MILENAGE', ...keys, '-A', toHex(auts), '-i', String(ind))
      assert.equal(theirs['SQN.MS'], String(sqnMs))
      assert.equal(theirs.SQN, String(nextSqn(sqnMs, ind)))
    }
  })

  test('agrees about the test algorithm XOR, AUTS included', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [k, rand, sqn] = [random(16), random(16), randomSqn()]
      const sim = createSim({ algo: 'xor', k, resLen: 16 })
      const keys = ['-a', 'XOR', '-k', toHex(k), '-r', toHex(rand)]
      // With XOR the tool takes one off the number that it is given.
      const theirs = await osmoAucGen(...keys, '-f', 'b9b9', '-l', '0', '-s', String(sqn + 1n))
      const ours = sim.vector({ rand, sqn, amf: 0xb9b9 })
      assert.deepEqual(
        [ours.autn, ours.xres, ours.ck, ours.ik].map(toHex),
        ['AUTN', 'RES', 'CK', 'IK'].map((name) => theirs[name]),
      )
      assert.equal((await osmoAucGen(...keys, '-A', toHex(sim.auts(rand, sqn))))['SQN.MS'], String(sqn))
    }
  })
})
