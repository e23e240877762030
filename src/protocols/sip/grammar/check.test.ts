import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkRequest, checkResponse } from './check.ts'
import { createRequest, createResponse, type SipRequest } from './message.ts'

const good = (uri = 'sip:a@example.com'): SipRequest => {
  const request = createRequest('INVITE', uri)
  request.headers
    .add('Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1')
    .add('From', '"B" <sip:b@example.com>;tag=1')
    .add('To', 'sip:a@example.com')
    .add('Call-ID', 'c@192.0.2.1')
    .add('CSeq', '1 INVITE')
  return request
}
const given = (change: (request: SipRequest) => void): number => {
  const request = good()
  change(request)
  return checkRequest(request)?.status ?? 200
}
const withHeader = (name: string, value: string): number => given(({ headers }) => headers.set(name, value))

describe('a request', () => {
  test('passes without what RFC 2543 did without', () => {
    assert.equal(checkRequest(good()), undefined)
    assert.equal(withHeader('From', 'sip:b@example.com'), 200)
  })

  test('has From, To, Call-ID, CSeq and Via', () => {
    for (const name of ['From', 'To', 'Call-ID', 'CSeq', 'Via'])
      assert.equal(
        given(({ headers }) => headers.remove(name)),
        400,
        name,
      )
  })

  test('has each single field once, but many Vias and Contacts', () => {
    for (const [name, value] of [
      ['From', 'sip:x@y'],
      ['Max-Forwards', '70'],
      ['Content-Length', '0'],
      ['Session-Expires', '90'],
      ['Event', 'reg'],
    ] as const)
      assert.equal(
        given(({ headers }) => headers.set(name, value).add(name, value)),
        400,
        name,
      )
    for (const [name, value] of [
      ['Via', 'SIP/2.0/TCP b.example.com'],
      ['Contact', '<sip:x@y>'],
    ] as const)
      assert.equal(
        given(({ headers }) => headers.add(name, value).add(name, value)),
        200,
        name,
      )
  })

  test('has well formed fields', () => {
    for (const [name, ...values] of [
      [
        'Via',
        'SIP/2.0/UDP',
        'SIP/2.0 UDP x',
        'HTTP/1.1/TCP x',
        'SIP/2.0/UDP x:0',
        'SIP/2.0/UDP x:99999',
        'SIP/2.0/UDP x;;',
      ],
      [
        'From',
        '',
        'b',
        '<sip:b@c',
        '"B <sip:b@c>',
        '<sip:b@c>;',
        '< sip:b@c>',
        'sip:b@c, sip:d@e',
        'A, B <sip:b@c>',
      ],
      ['To', '<sip:>', '<sip:a@>', '<sip:@b>', '<sip:a b@c>', '<sip:a@b:x>', '<sip:%4@b>', 'sip:a@b?x=y'],
      ['Call-ID', '', 'a b'],
      ['CSeq', '1', 'INVITE', '2147483648 INVITE', '-1 INVITE', '1 BYE', '1 invite', '1INVITE', '1 INVITE x'],
      ['Max-Forwards', '', '-1', 'x', '7 0'],
      ['Expires', 'soon', '-1'],
      ['Contact', '', '*, <sip:a@b>', '<sip:a@b>,', 'sip:a@b?Route=x', '"x" sip:a@b'],
      ['Record-Route', '<sip:a', 'x'],
    ] as const)
      for (const value of values) assert.equal(withHeader(name, value), 400, `${name}: ${value}`)
  })

  test('may be written loosely where the grammar allows it', () => {
    for (const [name, ...values] of [
      [
        'Via',
        'SIP / 2.0 / UDP [2001:db8::1] : 5060 ; branch = x',
        'SIP/2.0/X a, SIP/2.0/Y b',
        'sip/2.0/udp h',
      ],
      ['To', 'A B <sip:b@c>', '<tel:+12>', '<urn:service:sos>', '<http://example.com/x>', 'isbn:2983792873'],
      ['CSeq', '0 INVITE', '2147483647  INVITE', '0001\tINVITE'],
      ['Contact', '*', '"a, b" <sip:a,b@c>;q=0.1, sip:d@e', '<sip:a@b>;+sip.instance="<urn:x>"'],
      ['Expires', '4294967296', '99999999999999999999'],
    ] as const)
      for (const value of values) assert.equal(withHeader(name, value), 200, `${name}: ${value}`)
  })

  test('names whom it wants with a URI that we speak', () => {
    for (const uri of [
      'sip:a@b',
      'sips:b',
      'tel:+1-2',
      'urn:service:sos',
      'SIP:a@b',
      'sip:*#06#@b',
      'sip:[::1]:5070',
      'sip:user;par=u%40example.net@example.com',
    ])
      assert.equal(checkRequest(good(uri)), undefined, uri)
    for (const uri of ['mailto:a@b', 'soap.beep://192.0.2.103:3002', 'x:y'])
      assert.equal(checkRequest(good(uri))?.status, 416, uri)
    for (const uri of [
      '',
      'b',
      '<sip:a@b>',
      'sip:a@b; lr',
      ' sip:a@b',
      'sip:2001:db8::10',
      'sip:a@b?Route=x',
      'sip:[::1',
      'tel:x',
    ])
      assert.equal(checkRequest(good(uri))?.status, 400, uri)
  })
})

describe('a response', () => {
  const answer = (status = 200) => createResponse(good(), status, '')
  test('passes with a status of the six classes and the mandatory fields', () => {
    assert.deepEqual(
      [100, 200, 699].map((status) => checkResponse(answer(status))),
      [true, true, true],
    )
    assert.deepEqual(
      [0, 99, 700].map((status) => checkResponse(answer(status))),
      [false, false, false],
    )
  })

  test('is dropped when it lacks a field, has one twice, or came through us', () => {
    for (const name of ['From', 'To', 'Call-ID', 'CSeq', 'Via']) {
      const [poor, rich] = [answer(), answer()]
      poor.headers.remove(name)
      rich.headers.add(name, rich.headers.get(name) ?? '')
      assert.deepEqual([checkResponse(poor), checkResponse(rich)], [false, false], name)
    }
    const comma = answer()
    comma.headers.set('Via', 'SIP/2.0/UDP a, SIP/2.0/UDP b')
    assert.equal(checkResponse(comma), false)
    const overflow = answer()
    overflow.headers.set('CSeq', '9292394834772304023312 INVITE')
    assert.equal(checkResponse(overflow), false)
  })
})
