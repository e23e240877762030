import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { DialogInfo, DialogOf } from '#dialog-info'
import { createDialogTable } from './watching.ts'

const talking: DialogOf = {
  ...{ id: 'a', state: 'confirmed', direction: 'recipient' },
  remote: { identity: 'sip:1002@pbx.test', display: 'Bob' },
}
const info = (version: number, dialogs: DialogOf[], state: DialogInfo['state'] = 'full'): DialogInfo => ({
  ...{ version, state, entity: 'sip:1001@pbx.test', dialogs },
})

describe('what another exchange says of a phone', () => {
  test('the call that says most is shown, with who it is', () => {
    const table = createDialogTable()
    table.take(info(0, [{ id: 'b', state: 'early', direction: 'recipient' }, talking]))
    assert.deepEqual(table.lamp(), {
      ...{ lamp: 'busy', direction: 'in' },
      remote: { identity: 'sip:1002@pbx.test', display: 'Bob' },
    })
    assert.equal(table.take(info(1, [{ ...talking, state: 'terminated' }], 'partial')), 'new')
    assert.equal(table.lamp().lamp, 'ringing')
    table.take(info(2, []))
    assert.deepEqual(table.lamp(), { lamp: 'idle' })
  })

  test('older documents are passed over, and one that is missing is noticed', () => {
    const table = createDialogTable()
    table.take(info(4, [talking]))
    assert.equal(table.take(info(4, [])), 'old')
    assert.equal(table.take(info(3, [])), 'old')
    assert.equal(table.lamp().lamp, 'busy')
    assert.equal(table.take(info(6, [], 'partial')), 'gap')
    assert.equal(table.take(info(7, [])), 'new')
  })

  test('who began it, who holds', () => {
    const lampOf = (dialog: DialogOf) => {
      const table = createDialogTable()
      table.take(info(0, [dialog]))
      return table.lamp().lamp
    }
    const held = { params: [['+sip.rendering', 'no']] } as const
    assert.equal(lampOf({ id: 'a', state: 'trying', direction: 'initiator' }), 'calling')
    assert.equal(lampOf({ id: 'a', state: 'proceeding', direction: 'recipient' }), 'alerting')
    assert.equal(lampOf({ id: 'a', state: 'confirmed', local: held }), 'held')
    assert.equal(lampOf({ id: 'a', state: 'terminated' }), 'idle')
  })
})
