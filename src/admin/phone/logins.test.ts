import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPhoneTown } from '../../../test/support/phone-api.ts'
import type { Exchange } from './ports.ts'

const WORDS: Record<string, 'wrong' | 'away' | 'busy' | 'full'> = {
  ...{ '2001': 'away', '2002': 'full', '2003': 'busy' },
}

test('a login that the exchange was not asked for says why, and is no wrong password', async () => {
  const exchange: Exchange = { prove: async (tel) => WORDS[tel] ?? 'wrong' }
  const town = await openPhoneTown({ exchange })
  try {
    const told = []
    for (const tel of ['2001', '2002', '2003', '2004']) {
      const { statusCode, headers, body } = await town.login(tel)
      told.push([statusCode, headers['retry-after'], /does not answer/.test(body)])
    }
    assert.deepEqual(told, [
      [503, undefined, true],
      [503, '5', false],
      [429, '5', false],
      [401, undefined, false],
    ])
    assert.equal(town.guard.size, 1, 'one failure, of one source')
  } finally {
    await town.close()
  }
})
