import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SipRequest } from './message.ts'
import { MAX_HEADERS, parseMessage } from './parse.ts'

const HEAD = [
  'OPTIONS sip:a@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:b@example.com>;tag=1',
  'To: <sip:a@example.com>',
  'Call-ID: c@192.0.2.1',
  'CSeq: 1 OPTIONS',
]
const octets = (lines: string[], body = '', end = '\r\n'): Buffer =>
  Buffer.from(`${lines.join(end)}${end}${end}${body}`, 'latin1')
const request = (lines: string[], body = '', end = '\r\n'): SipRequest => {
  const parsed = parseMessage(octets(lines, body, end))
  assert.ok(parsed.ok && parsed.value.kind === 'request', JSON.stringify(parsed))
  return parsed.value
}
const problem = (lines: string[], body = '') => {
  const parsed = parseMessage(octets(lines, body))
  assert.ok(!parsed.ok)
  return parsed.error
}

describe('a datagram', () => {
  test('becomes a request with canonical names and values as they came', () => {
    const { method, uri, headers } = request([...HEAD, 'x-OWN:  Val ue \t', 'SUPPORTED: timer', 'K: path'])
    assert.deepEqual([method, uri], ['OPTIONS', 'sip:a@example.com'])
    assert.equal(headers.get('Call-ID'), 'c@192.0.2.1')
    assert.equal(headers.get('x-OWN'), 'Val ue')
    assert.deepEqual(headers.all('Supported'), ['timer', 'path'])
  })

  test('becomes a response', () => {
    const parsed = parseMessage(octets(['SIP/2.0 486 Busy Here', ...HEAD.slice(1)]))
    assert.ok(parsed.ok && parsed.value.kind === 'response')
    assert.deepEqual([parsed.value.status, parsed.value.reason], [486, 'Busy Here'])
  })

  test('may end its lines in LF alone, and begin with empty lines', () => {
    assert.equal(request(HEAD, '', '\n').headers.names.length, 5)
    assert.equal(request(['', '', ...HEAD]).headers.names.length, 5)
  })

  test('may end without the empty line, or without any line end', () => {
    for (const end of ['\r\n', '']) {
      const parsed = parseMessage(Buffer.from(HEAD.join('\r\n') + end))
      assert.ok(parsed.ok)
      assert.equal(parsed.value.headers.get('CSeq'), '1 OPTIONS')
    }
  })

  test('keeps octets above 127, also at the end of a folded value', () => {
    const { headers } = request([
      ...HEAD,
      `Subject: voil${Buffer.from('à').latin1Slice()}`,
      ' la',
      'X-Y: \xa0',
    ])
    assert.equal(headers.get('Subject'), 'voil\xc3\xa0 la')
    assert.equal(headers.get('X-Y'), '\xa0')
  })

  test('gives its body as a copy', () => {
    const source = octets([...HEAD, 'Content-Length: 3'], 'a\0\xff')
    const parsed = parseMessage(source)
    assert.ok(parsed.ok)
    source.fill(0)
    assert.deepEqual([...parsed.value.body], [97, 0, 255])
  })

  test('ends its body where Content-Length says, or where it ends itself', () => {
    assert.equal(request([...HEAD, 'l: 2'], 'abcd').body.length, 2)
    assert.equal(request(HEAD, 'abcd').body.length, 4)
    assert.equal(problem([...HEAD, 'l: 5'], 'abcd').reason, 'short body')
  })

  test('is read the same from a plain byte array', () => {
    assert.ok(parseMessage(new Uint8Array(octets(HEAD))).ok)
  })
})

describe('a bad datagram', () => {
  test('is answered when the headers that an answer needs were understood', () => {
    for (const [line, status] of [
      ['no colon here', 400],
      ['Bad Name: x', 400],
      [': x', 400],
      ['Content-Length: -1', 400],
      ['Content-Length: 1 2', 400],
      ['Content-Length: 99999999999999999999', 400],
      ['Content-Length: 0\r\nContent-Length: 1', 400],
      ['Subject: a\rVia: b', 400],
    ] as const) {
      const { request, status: given } = problem([...HEAD, line])
      assert.equal(given, status, line)
      assert.equal(request?.headers.get('CSeq'), '1 OPTIONS', line)
    }
  })

  test('is answered although the good lines come after the bad one', () => {
    const [start = '', ...rest] = HEAD
    assert.ok(problem([start, 'garbage', ...rest]).request)
  })

  test('meets silence when it has nothing to answer to', () => {
    for (const lines of [
      [''],
      ['hello'],
      ['GET / HTTP/1.1', 'Host: x'],
      ['SIP/2.0 99 x'],
      ['SIP/2.0 2000 x'],
    ])
      assert.equal(problem(lines).request, undefined, lines.join())
    assert.equal(problem([HEAD[0] as string, 'bad']).request, undefined)
    assert.equal(problem(['SIP/2.0 200 OK', ...HEAD.slice(1), 'bad line']).request, undefined)
  })

  test('of another version of SIP is answered 505, and 400 when the request line is spoilt', () => {
    for (const [line, status] of [
      ['OPTIONS sip:a@example.com SIP/3.0', 505],
      ['OPTIONS sip:a@example.com SIP/2.1', 505],
      ['OPTIONS sip:a@example.com SIP/2.0 ', 400],
      ['OPTIONS SIP/2.0', 400],
      ['OPTIONS sip:a@example.com', 400],
    ] as const)
      assert.equal(problem([line, ...HEAD.slice(1)]).status, status, line)
    assert.equal(request(['OPTIONS sip:a@example.com sip/2.0', ...HEAD.slice(1)]).uri, 'sip:a@example.com')
  })

  test('is too large past the bounds', () => {
    const many = Array.from({ length: MAX_HEADERS }, (_, i) => `X-${i}: y`)
    assert.equal(problem([...HEAD, ...many]).status, 413)
    assert.equal(problem(HEAD, 'x'.repeat(65536)).status, 413)
    assert.ok(problem(HEAD, 'x'.repeat(65536)).request)
  })
})
