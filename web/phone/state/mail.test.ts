import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_FEATURES } from '../../sdk/index.ts'
import { isMailHere } from './mail.ts'

test('whose mailbox another exchange keeps is not shown ours while the line is away', () => {
  const said = { ...NO_FEATURES, record: true }
  assert.deepEqual(
    [
      isMailHere({ elsewhere: true }, NO_FEATURES),
      isMailHere({ elsewhere: true }, said),
      isMailHere({}, said),
    ],
    [false, false, false],
  )
  assert.deepEqual([isMailHere({}, NO_FEATURES), isMailHere({}, { ...said, mailbox: true })], [true, true])
})
