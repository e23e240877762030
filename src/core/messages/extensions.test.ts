import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aMessageHouse, DELIVERED } from '../../../test/support/message-house.ts'
import { extensionOf } from './queues.ts'

const BOB = 'bob@tandem.test'
const AWAY = { kind: 'away' as const, reason: 'not registered' }

describe('a text of an extension of another exchange', () => {
  test('waits for those by the same number, not by another', async () => {
    const registered = new Set(['1002'])
    const { messages, store, accepted, seen, settle, stateOf } = await aMessageHouse({
      script: ({ from }) => (registered.has(from) ? DELIVERED : AWAY),
    })
    const by = (number: string) => ({
      from: number,
      to: { extension: BOB, way: 'by' as const, number, text: 'anybody' },
    })
    const [first, second] = [await accepted(by('1001')), await accepted(by('1001'))]
    const other = await accepted(by('1002'))
    await settle()
    assert.deepEqual([await stateOf(first), await stateOf(other)], ['queued', 'delivered'])
    assert.deepEqual(extensionOf((await messages.get(first))?.queue ?? ''), { impi: BOB, number: '1001' })
    registered.add('1001')
    messages.wake(BOB, '1002')
    await settle()
    assert.equal(await stateOf(first), 'queued')
    messages.wake(BOB, '1001')
    await settle()
    assert.deepEqual([await stateOf(first), await stateOf(second)], ['delivered', 'delivered'])
    assert.deepEqual(
      seen.map(({ from }) => from),
      ['1001', '1002', '1001', '1001'],
    )
    assert.equal(store.rows.size, 3)
  })
})
