import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRequest, createResponse } from '#sip'
import { createStamp } from './stamp.ts'

const custom = [
  { name: 'X-All', value: '1', methods: ['*'], codes: [0] },
  { name: 'X-Invite', value: '2', methods: ['INVITE'], codes: [] },
  { name: 'X-Busy', value: '3', methods: [], codes: [486, 600] },
]

describe('every message of ours', () => {
  test('says who we are and what the operator wants said, by method and by status', () => {
    const stamp = createStamp('Tandem', custom)
    const invite = createRequest('INVITE', 'sip:x')
    const bye = createRequest('BYE', 'sip:x')
    const [busy, ok] = [createResponse(invite, 486, ''), createResponse(invite, 200, '')]
    for (const message of [invite, bye, busy, ok]) stamp(message)
    assert.deepEqual(invite.headers.names, ['User-Agent', 'X-All', 'X-Invite'])
    assert.deepEqual(bye.headers.names, ['User-Agent', 'X-All'])
    assert.deepEqual(busy.headers.names, ['Server', 'X-All', 'X-Busy'])
    assert.deepEqual(ok.headers.names, ['Server', 'X-All'])
  })

  for (const agent of ['Tandem', ''])
    test(`is stamped once however often it is sent, as "${agent}"`, () => {
      const stamp = createStamp(agent, custom)
      const answer = createResponse(createRequest('INVITE', 'sip:x'), 200, 'OK')
      for (let i = 0; i < 3; i++) stamp(answer)
      assert.deepEqual(answer.headers.all('X-All'), ['1'])
      assert.equal(answer.headers.has('Server'), agent !== '')
    })
})
