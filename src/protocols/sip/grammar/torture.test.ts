import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parseAddress, splitList, tagOf } from './address.ts'
import { checkRequest, checkResponse } from './check.ts'
import { parseContactList, parseCSeq, parseDelta, parseQ, tokensOf } from './fields.ts'
import type { SipMessage, SipRequest } from './message.ts'
import { parseMessage } from './parse.ts'
import { printMessage } from './print.ts'
import { parseUri } from './uri.ts'
import { parseVia, topVia } from './via.ts'

type Entry = { name: string; file: string; kind: string; validity: string; acceptable_status: string[] }

const folder = new URL('../../../../test/fixtures/sip/', import.meta.url)
const { messages } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as {
  messages: Entry[]
}
const octetsOf = (name: string): Buffer => {
  const entry = messages.find((message) => message.name === name)
  assert.ok(entry, `${name} is in the manifest`)
  return readFileSync(new URL(entry.file, folder))
}

/** What the grammar alone makes of a message: an answer, silence, or on to those who know more. */
const verdict = (octets: Buffer): string => {
  const parsed = parseMessage(octets)
  if (!parsed.ok) return parsed.error.request ? String(parsed.error.status) : 'none'
  if (parsed.value.kind === 'response') return checkResponse(parsed.value) ? 'on' : 'none'
  return String(checkRequest(parsed.value)?.status ?? 'on')
}

/** Refusals that are not the grammar's: extensions, hops, authentication, methods and dialogues. */
const LATER = ['*', '404', '501', '405', '200', '401', '403', '420', '483', '481']
/** Short bodies on UDP: the manifest allows the 400, RFC 3261 §18.3 demands it. */
const STRICT = ['ipv6-in-sdp']

describe('messages of RFC 4475 and RFC 5118', () => {
  for (const { name, file, kind, validity, acceptable_status: acceptable } of messages)
    test(`${name} is ${validity}`, () => {
      const given = verdict(readFileSync(new URL(file, folder)))
      const passes = given === 'on'
      if (kind === 'response') assert.ok(validity === 'valid' ? passes : given === 'none', given)
      else if (validity === 'valid' && !STRICT.includes(name)) assert.equal(given, 'on')
      else if (passes)
        assert.ok(
          acceptable.some((status) => LATER.includes(status)),
          'passed on',
        )
      else assert.ok(acceptable.includes(given), given)
    })

  test('the manifest lists files enough', () => assert.ok(messages.length >= 37))
})

const read = (name: string): SipMessage => {
  const parsed = parseMessage(octetsOf(name))
  assert.ok(parsed.ok)
  return parsed.value
}
const request = (name: string): SipRequest => {
  const message = read(name)
  assert.equal(message.kind, 'request')
  return message as SipRequest
}
const address = (value: string | undefined) => {
  const parsed = parseAddress(value ?? '')
  assert.ok(parsed.ok, value ?? 'missing')
  return parsed.value
}
const uri = (text: string) => {
  const parsed = parseUri(text)
  assert.ok(parsed.ok, text)
  return parsed.value
}

describe('facts inside the torture messages', () => {
  test('wsinv: folds, compact names, white space everywhere', () => {
    const { headers, body, uri: target } = request('wsinv')
    assert.equal(uri(target).params.has('unknownparam'), true)
    assert.equal(tagOf(headers.get('To') ?? ''), '1918181833n')
    assert.equal(tagOf(headers.get('From') ?? ''), '98asjd8')
    assert.equal(address(headers.get('From')).display, 'J Rosenberg \\"')
    assert.equal(parseDelta(headers.get('Max-Forwards') ?? ''), 68)
    assert.deepEqual(parseCSeq(headers.get('CSeq') ?? ''), { number: 9, method: 'INVITE' })
    assert.equal(headers.get('Subject'), '')
    assert.equal(headers.get('NewFangledHeader'), 'newfangled value continued newfangled value')
    assert.equal(headers.get('UnknownHeaderWithUnusualValue'), ';;,,;;,;')
    const contact = address(headers.get('Contact'))
    assert.equal(contact.display, 'Quoted string ""')
    assert.equal(contact.params.get('newparam'), 'newvalue')
    assert.equal(parseQ(contact.params.get('q') ?? ''), 0.33)
    assert.equal(body.length, 150)
  })

  test('wsinv: three hops in two fields', () => {
    const message = request('wsinv')
    const hops = tokensOf(message.headers, 'Via').map((text) => {
      const via = parseVia(text)
      assert.ok(via.ok, text)
      return [via.value.transport, via.value.host, via.value.branch]
    })
    assert.deepEqual(hops, [
      ['UDP', '192.0.2.2', '390skdjuw'],
      ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
      ['UDP', '192.168.255.111', 'z9hG4bK30239'],
    ])
    assert.equal(topVia(message)?.host, '192.0.2.2')
  })

  test('intmeth: every character that a token, a user part and a quoted string may hold', () => {
    const { headers, method, uri: target } = request('intmeth')
    assert.equal(method, "!interesting-Method0123456789_*+`.%indeed'~")
    assert.equal(uri(target).user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    assert.equal(uri(target).password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
    assert.equal(address(headers.get('To')).display, 'BEL:\x07 NUL:\0 DEL:\x7f')
    const from = address(headers.get('From'))
    assert.equal(from.display, "token1~` token2'+_ token3*%!.-")
    assert.equal(Buffer.from(from.params.get("fromparam''~+*_!.-%") ?? '', 'latin1').toString(), 'работающий')
    assert.equal(tagOf(headers.get('From') ?? ''), "_token~1'+`*%!-.")
    assert.ok(headers.has("extensionHeader-!.%*+_`'~"))
  })

  test('esc01 and escnull: escapes are undone once, and NUL cuts nothing', () => {
    const { headers, uri: target } = request('esc01')
    assert.equal(uri(target).user, 'sips:user@example.com')
    assert.equal(uri(address(headers.get('To')).uri).user, 'user')
    const contact = uri(address(headers.get('Contact')).uri)
    assert.equal(contact.params.has('lr'), true)
    assert.equal(contact.params.get('name'), 'value%41')
    const contacts = parseContactList(request('escnull').headers)
    assert.ok(contacts.ok && contacts.value !== '*')
    assert.deepEqual(
      contacts.value.map((one) => uri(one.uri).user),
      ['\0', '\0\0'],
    )
  })

  test('contact parameters and URI headers stay where they belong', () => {
    const bare = address(request('cparam01').headers.get('Contact'))
    assert.equal(bare.uri, 'sip:+19725552222@gw1.example.net')
    assert.equal(bare.params.has('unknownparam'), true)
    const contact = address(request('regescrt').headers.get('Contact'))
    assert.equal(uri(contact.uri).headers, 'Route=%3Csip:sip.example.com%3E')
  })

  test('bodies are cut by Content-Length', () => {
    assert.equal(request('dblreq').body.length, 0)
    assert.equal(request('mpart01').body.length, 553)
    assert.equal(request('ipv4-mapped-ipv6').body.length, 236)
    assert.equal(request('inv2543').body.length, 105)
  })

  test('IPv6 addresses in URIs and hops', () => {
    assert.deepEqual(
      [uri(request('ipv6-good').uri).host, uri(request('ipv6-good').uri).port],
      ['2001:db8::10', undefined],
    )
    assert.equal(uri(request('port-unambiguous').uri).port, 5070)
    assert.equal(topVia(request('ipv4-mapped-ipv6'))?.host, '::ffff:192.0.2.10')
    assert.equal(topVia(request('ipv4-mapped-ipv6'))?.port, 19823)
    assert.equal(topVia(request('via-received-param-no-delim'))?.received, '2001:db8::9:255')
    assert.equal(uri(request('ipv6-correct-abnf-2-colons').uri).host, '2001:db8::192.0.2.1')
  })

  test('extensions are listed as they are spelt', () => {
    const { headers } = request('bext01')
    assert.deepEqual(tokensOf(headers, 'Require'), ['nothingSupportsThis', 'nothingSupportsThisEither'])
    assert.equal(splitList(headers.get('Proxy-Require') ?? '').length, 2)
  })

  test('what parses says the same after printing and parsing again', () => {
    for (const { name } of messages) {
      const first = parseMessage(octetsOf(name))
      if (!first.ok) continue
      const second = parseMessage(Buffer.from(printMessage(first.value), 'latin1'))
      assert.ok(second.ok, name)
      for (const { headers } of [first.value, second.value]) headers.remove('Content-Length')
      assert.deepEqual(second.value, first.value, name)
    }
  })
})
