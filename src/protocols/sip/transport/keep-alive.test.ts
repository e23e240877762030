import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTestEndpoint, createTestFlow } from '../endpoint/testing.ts'

const PING = '\r\n\r\n'
const at = { address: '192.0.2.9', port: 5060 }
const MINUTES_30 = 30 * 60_000

const aKept = () => {
  const { endpoint, clock } = createTestEndpoint()
  const flow = createTestFlow('tcp', at, 7)
  const ended: string[] = []
  const release = endpoint.keep(flow, () => void ended.push('one'))
  const pong = (text = '\r\n') => endpoint.onData(flow, Buffer.from(text))
  const untilSent = (count: number): void => {
    for (let left = 1100; flow.sent.length < count && left > 0; left--) clock.advance(100)
    assert.equal(flow.sent.length, count)
  }
  return { endpoint, clock, flow, ended, release, pong, untilSent }
}

describe('a connection that is kept alive', () => {
  test('is never silent for two minutes, also towards a server that answers nothing', () => {
    const { endpoint, clock, flow, ended } = aKept()
    for (let i = 0; i < MINUTES_30 / 120_000; i++) {
      const before = flow.sent.length
      clock.advance(120_000)
      assert.ok(flow.sent.length > before, 'silent')
    }
    assert.deepEqual([...new Set(flow.sent)], [PING])
    assert.deepEqual([flow.open, ended], [true, []])
    assert.equal(endpoint.figures().keptConnections, 1)
  })

  test('is given up when a server that answered answers no more', () => {
    const { endpoint, clock, flow, ended, pong, untilSent } = aKept()
    for (let i = 0; i < 3; i++) {
      untilSent(i + 1)
      pong()
      clock.advance(20_000)
      assert.deepEqual([flow.sent.length, flow.open], [i + 1, true], 'an answer is not answered')
    }
    clock.advance(112_000)
    assert.deepEqual([flow.open, ended], [false, []])
    endpoint.onClose(flow)
    assert.deepEqual(ended, ['one'])
  })

  test('that says anything lives, and what is inside of a message is no answer', () => {
    const { clock, flow, pong, untilSent } = aKept()
    clock.advance(79_000)
    pong('SIP/2.0 200 OK')
    untilSent(1)
    pong('\r\n')
    pong('Content-Length: 0\r\n\r\n')
    untilSent(2)
    clock.advance(20_000)
    assert.equal(flow.open, true, 'it has never answered a ping')
  })

  test('is one for all who have it, each hears of its end, and nothing is left of it', () => {
    const { endpoint, clock, flow, ended, release } = aKept()
    const leave = endpoint.keep(flow, () => void ended.push('two'))
    endpoint.keep(flow, () => void ended.push('three'))
    clock.advance(110_000)
    assert.equal(flow.sent.length, 1)
    leave()
    leave()
    endpoint.onClose(flow)
    assert.deepEqual(ended, ['one', 'three'])
    release()
    assert.deepEqual([endpoint.figures().keptConnections, clock.armed], [0, 0])
  })

  test('is let go with the last of them', () => {
    const { endpoint, clock, flow, ended, release } = aKept()
    release()
    clock.advance(MINUTES_30)
    endpoint.onClose(flow)
    assert.deepEqual([flow.sent, ended, clock.armed], [[], [], 0])
  })

  test('over UDP there is none', () => {
    const { endpoint, clock } = createTestEndpoint()
    const flow = createTestFlow('udp', at)
    endpoint.keep(flow, () => {})
    clock.advance(MINUTES_30)
    assert.deepEqual(flow.sent, [])
  })
})
