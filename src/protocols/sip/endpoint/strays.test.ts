import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printMessage } from '../grammar/print.ts'
import { aClient, aRequest } from './client-fixture.ts'
import { answerTo, octetsOf } from './testing.ts'

describe('an answer that nobody waits for', () => {
  test('accepted and released: a 2xx is told as a stray, until timer M', () => {
    const { transaction, answer, responses, heard, clock } = aClient('INVITE')
    answer(200, 'b')
    transaction.release()
    answer(200, 'b')
    answer(180, 'b')
    assert.deepEqual([heard.strays.length, responses.length], [1, 1])
    clock.advance(34_000)
    answer(200, 'b')
    assert.deepEqual([heard.strays.length, responses.length, clock.armed], [1, 1, 0])
  })

  test('whatever belongs to no request of ours is dropped: anybody may send it', () => {
    const { endpoint, flow, heard } = aClient('OPTIONS')
    const invite = aRequest('INVITE')
    invite.headers.prepend('Via', 'SIP/2.0/UDP 192.0.2.5:5060;branch=z9hG4bKlost')
    for (const status of [180, 200, 486])
      endpoint.onData(flow, octetsOf(printMessage(answerTo(invite, status))))
    assert.deepEqual(
      heard.strays.map(({ status }) => status),
      [],
    )
  })
})
