import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFramer, type Framed } from './stream.ts'

const message = (callId: string, body = ''): string =>
  `MESSAGE sip:a@b SIP/2.0\r\nCall-ID: ${callId}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const words = (framed: Framed[]): string[] =>
  framed.map((one) => (typeof one === 'string' ? one : 'problem' in one ? one.problem : one.latin1Slice()))
const push = (framer: ReturnType<typeof createFramer>, text: string): string[] =>
  words(framer.push(Buffer.from(text, 'latin1')))

describe('a stream', () => {
  test('is cut by Content-Length, however it comes', () => {
    const all = [
      message('1'),
      message('2', 'hello\r\n\r\nSIP/2.0 200'),
      message('3', 'x'.repeat(5000)),
      message('4'),
    ]
    const stream = all.join('')
    for (const size of [1, 2, 3, 7, 100, 1460, stream.length]) {
      const framer = createFramer()
      const found: string[] = []
      for (let at = 0; at < stream.length; at += size)
        found.push(...push(framer, stream.slice(at, at + size)))
      assert.deepEqual(found, all, `pieces of ${size}`)
      assert.equal(framer.pending, 0)
    }
  })

  test('tells how much of a message is waiting', () => {
    const framer = createFramer()
    assert.deepEqual(push(framer, message('1') + message('2', 'abc').slice(0, -1)), [message('1')])
    assert.equal(framer.pending, message('2', 'abc').length - 1)
    assert.deepEqual(push(framer, `c${message('3').slice(0, 10)}`), [message('2', 'abc')])
    assert.equal(framer.pending, 10)
  })

  test('takes compact, folded and bare LF lengths as the parser does', () => {
    const texts = ['A sip:a SIP/2.0\r\nl\t: 2\r\n\r\nab', 'A sip:a SIP/2.0\nContent-Length:\n 2\n\nab']
    assert.deepEqual(push(createFramer(), texts.join('')), texts)
  })

  test('two empty lines are a ping, RFC 5626, for who accepted the connection', () => {
    const framer = createFramer()
    assert.deepEqual(push(framer, '\r\n\r\n'), ['ping'])
    assert.deepEqual([push(framer, '\r'), push(framer, '\n\r'), push(framer, '\n')], [[], [], ['ping']])
    assert.deepEqual(push(framer, `\r\n${message('1')}\r\n`), [message('1')])
    assert.deepEqual(push(framer, '\r\n'.repeat(5000)), ['ping'])
  })

  test('one empty line is a pong for who opened it', () => {
    const framer = createFramer({ opened: true })
    assert.deepEqual(push(framer, '\r\n'), ['pong'])
    assert.deepEqual(push(framer, `\r\n${message('1')}`), ['pong', message('1')])
  })

  test('ends at what cannot be framed, after the messages before it', () => {
    for (const [text, problem] of [
      ['A sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n', 'no-content-length'],
      ['A sip:a SIP/2.0\r\nContent-Length: -5\r\n\r\n', 'bad-content-length'],
      ['A sip:a SIP/2.0\r\nContent-Length: 70000\r\n\r\n', 'message-too-large'],
      ['GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n', 'not-sip'],
      [`A sip:a SIP/2.0\r\nX: ${'y'.repeat(70000)}`, 'header-too-large'],
    ] as const) {
      const framer = createFramer()
      assert.deepEqual(push(framer, message('1') + text), [message('1'), problem])
      assert.deepEqual(push(framer, message('2')), [], 'dead afterwards')
      assert.equal(framer.pending, 0)
    }
  })

  test('gives the head with the problem, so that it can be answered', () => {
    const [framed] = createFramer().push(Buffer.from('A sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\nrest'))
    assert.ok(framed && typeof framed === 'object' && 'problem' in framed)
    assert.equal(framed.head.latin1Slice(), 'A sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n')
  })

  test('has bounds that can be set', () => {
    const framer = createFramer({ headOctets: 40 })
    assert.deepEqual(push(framer, 'A sip:a SIP/2.0\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyy'), ['header-too-large'])
    assert.deepEqual(push(createFramer({ messageOctets: 90 }), message('1', 'x'.repeat(80))), [
      'message-too-large',
    ])
  })
})
