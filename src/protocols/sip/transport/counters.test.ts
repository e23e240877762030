import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  parsedRequest,
  requestText,
} from '../endpoint/testing.ts'
import { COUNTED_METHODS, createMessageCounts, SIP_ERRORS } from './counters.ts'

describe('counters', () => {
  test('know every method apart, and responses by their status', () => {
    const counts = createMessageCounts()
    const names: Record<string, number> = {}
    for (const [at, method] of COUNTED_METHODS.entries()) {
      for (let i = 0; i <= at; i++) counts.received(octetsOf(`${method} sip:bob@example.com SIP/2.0\r\n`))
      names[`sip_${method.toLowerCase()}_rx`] = at + 1
    }
    for (const status of [100, 200, 200, 486, 699]) counts.sent(`SIP/2.0 ${status} X\r\n\r\n`)
    counts.sent('WINK sip:bob@example.com SIP/2.0\r\n')
    counts.sent('SIP/2.0 999 X\r\n\r\n')
    counts.received(octetsOf('\0'))
    counts.received(octetsOf(''))
    assert.deepEqual(counts.named(), {
      ...names,
      sip_other_rx: 2,
      sip_other_tx: 2,
      sip_100_tx: 1,
      sip_200_tx: 2,
      sip_486_tx: 1,
      sip_699_tx: 1,
    })
  })

  test('of an endpoint say what came, what went and what went wrong', () => {
    const { endpoint, heard, clock } = createTestEndpoint()
    const flow = createTestFlow()
    endpoint.onData(flow, octetsOf(requestText('OPTIONS')))
    endpoint.onData(flow, octetsOf(requestText('OPTIONS')))
    heard.requests[0]?.transaction.respond(answerTo(parsedRequest(requestText('OPTIONS')), 200))
    endpoint.onData(flow, octetsOf('REGISTER nonsense'))
    endpoint.request(parsedRequest(requestText('NOTIFY')), flow, {
      onResponse: () => {},
      onFailure: () => {},
    })
    clock.advance(40_000)
    flow.deaf = true
    endpoint.request(parsedRequest(requestText('BYE')), flow, { onResponse: () => {}, onFailure: () => {} })
    const { messages, errors } = endpoint.counters()
    assert.deepEqual(messages, {
      sip_options_rx: 2,
      sip_register_rx: 1,
      sip_notify_tx: 11,
      sip_200_tx: 1,
    })
    assert.deepEqual(errors, { sip_malformed: 1, sip_timeout: 1, sip_unsent: 1 })
    for (const name of Object.keys(errors))
      assert.ok(
        SIP_ERRORS.some(([known]) => known === name),
        name,
      )
  })
})
