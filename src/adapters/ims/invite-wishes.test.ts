import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRequest } from '#sip'
import { wantsAnswerNow } from './invite-wishes.ts'

describe('a call that is to be answered by itself', () => {
  const says = (name: string, value: string): boolean => {
    const request = createRequest('INVITE', 'sip:bob@tandem.test')
    request.headers.add(name, value)
    return wantsAnswerNow(request)
  }
  test('says so in one of the usual ways', () => {
    assert.equal(says('Alert-Info', '<http://www.notused.com>;info=alert-autoanswer;delay=0'), true)
    assert.equal(says('Alert-Info', '<sip:pbx>;answer-after=0'), true)
    assert.equal(says('Call-Info', '<sip:pbx>;answer-after=0'), true)
    assert.equal(says('Answer-Mode', 'Auto;require'), true)
    assert.equal(says('Priv-Answer-Mode', 'Auto'), true)
  })
  test('and others do not', () => {
    assert.equal(says('Alert-Info', '<http://pbx/ring.wav>'), false)
    assert.equal(says('Call-Info', '<sip:pbx>;answer-after=10'), false)
    assert.equal(says('Answer-Mode', 'Manual'), false)
  })
})
