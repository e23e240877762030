import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parseChallenge, parseCredentials, printCredentials } from '../digest/credentials.ts'
import { paramOf, parseAddress, printAddress, splitList, tagOf } from './address.ts'
import { checkRequest, checkResponse } from './check.ts'
import * as fields from './fields.ts'
import { createRequest } from './message.ts'
import { parseMessage } from './parse.ts'
import { PLAIN_ADDRESS, PLAIN_URI, PLAIN_VIA } from './plain.ts'
import { printMessage } from './print.ts'
import { sameUri } from './same-uri.ts'
import { createFramer } from './stream.ts'
import { phoneOf } from './tel.ts'
import { parseUri, printUri } from './uri.ts'
import { parseVia, printVia, topVia } from './via.ts'

const folder = new URL('../../../../test/fixtures/sip/', import.meta.url)
const corpus = ['rfc4475', 'rfc5118'].flatMap((rfc) =>
  readdirSync(new URL(`${rfc}/`, folder)).map((file) => readFileSync(new URL(`${rfc}/${file}`, folder))),
)

/** A repeatable source of numbers below `n` (mulberry32). */
const dice = (seed: number) => {
  let state = seed
  return (n: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const SPICE = '"<>;,:@=%\\ \t\r\n\0[]*?&/-+0z'

const mutate = (octets: Buffer, roll: (n: number) => number): Buffer => {
  let out = Buffer.from(octets)
  for (let times = 1 + roll(4); times > 0; times--) {
    const at = roll(out.length + 1)
    const kind = roll(5)
    if (kind === 0 && at < out.length) out[at] = roll(256)
    else if (kind === 1 && at < out.length) out[at] = SPICE.charCodeAt(roll(SPICE.length))
    else if (kind === 2) out = Buffer.concat([out.subarray(0, at), out.subarray(at + roll(20))])
    else if (kind === 3)
      out = Buffer.concat([
        out.subarray(0, at),
        Buffer.from(SPICE[roll(SPICE.length)] as string),
        out.subarray(at),
      ])
    else
      out = Buffer.concat([
        out.subarray(0, at),
        out.subarray(roll(out.length + 1)).subarray(0, 40),
        out.subarray(at),
      ])
  }
  return out
}

/** Runs every reader on a text, and holds what is printed again to what was read. */
const readAll = (value: string): void => {
  const address = parseAddress(value)
  if (address.ok) assert.deepEqual(parseAddress(printAddress(address.value)), address, value)
  const uri = parseUri(value)
  if (uri.ok) {
    const again = parseUri(printUri(uri.value))
    assert.ok(again.ok && sameUri(uri.value, again.value), value)
    phoneOf(uri.value)
  }
  const via = parseVia(value)
  if (via.ok) assert.deepEqual(parseVia(printVia(via.value)), via, value)
  const credentials = parseCredentials(value)
  if (credentials.ok) assert.ok(parseCredentials(printCredentials(credentials.value)).ok, value)
  if (PLAIN_ADDRESS.test(value)) assert.ok(address.ok, value)
  if (PLAIN_URI.test(value)) assert.ok(uri.ok, value)
  if (PLAIN_VIA.test(value)) assert.ok(via.ok, value)
  const request = createRequest('OPTIONS', 'sip:a')
  request.headers.add('Via', value)
  if (via.ok) assert.deepEqual(topVia(request), via.value, value)
  parseChallenge(value)
  splitList(value)
  const tag = tagOf(value)
  if (address.ok) assert.equal(tag || undefined, address.value.params.get('tag') || undefined, value)
  paramOf(value, 'tag')
  fields.parseCSeq(value)
  fields.parseDelta(value)
  fields.parseRAck(value)
  fields.parseQ(value)
  fields.parseSessionExpires(value)
  fields.parseReplaces(value)
  fields.parseWorded(value)
  fields.parseEvent(value)
  fields.parseReason(value)
  fields.parseRetryAfter(value)
  fields.parseDate(value)
}

const digest = (octets: Buffer): void => {
  const parsed = parseMessage(octets)
  const message = parsed.ok ? parsed.value : parsed.error.request
  if (!message) return
  assert.ok(message.headers.values.every((value) => !/[\r\n]/.test(value)))
  if (message.kind === 'request') checkRequest(message)
  else checkResponse(message)
  topVia(message)
  fields.parseContactList(message.headers)
  fields.privacyOf(message.headers)
  if (parsed.ok) assert.ok(parseMessage(Buffer.from(printMessage(parsed.value), 'latin1')).ok)
}

describe('bad input', () => {
  test('mutated messages never throw, and what is accepted can be printed and read again', () => {
    const roll = dice(1)
    for (let i = 0; i < 12000; i++) digest(mutate(corpus[i % corpus.length] as Buffer, roll))
  })

  test('mutated values never throw in any reader', () => {
    const roll = dice(2)
    const seeds = corpus.flatMap((octets) => {
      const parsed = parseMessage(octets)
      return parsed.ok
        ? [...parsed.value.headers.values, parsed.value.kind === 'request' ? parsed.value.uri : '']
        : []
    })
    seeds.push(
      'Digest username="a\\"b", realm="r", nonce="", uri="sip:x", response="", algorithm=MD5, auts="AA=="',
    )
    seeds.push(
      'tel:+1-201-555-0123;phone-context=+44;isub=1',
      'urn:service:sos',
      'a@b;to-tag=1;from-tag=2;early-only',
    )
    seeds.push(
      '1800;refresher=uas',
      '1 2 INVITE',
      'SIP;cause=200;text="x"',
      '"a" <sip:a@b;c=d>;+sip.instance="<urn:x>";q=1',
    )
    for (let i = 0; i < 12000; i++) {
      const seed = seeds[i % seeds.length] as string
      readAll(mutate(Buffer.from(seed, 'latin1'), roll).latin1Slice())
    }
  })

  test('random octets never throw', () => {
    const roll = dice(3)
    for (let i = 0; i < 6000; i++) {
      const octets = Buffer.from(
        Array.from({ length: roll(200) }, () => (roll(3) ? SPICE.charCodeAt(roll(29)) : roll(256))),
      )
      digest(octets)
      readAll(octets.latin1Slice())
      createFramer().push(octets)
    }
  })

  test('streams in random pieces of mutated messages never throw', () => {
    const roll = dice(4)
    for (let i = 0; i < 1500; i++) {
      const framer = createFramer()
      const octets = mutate(corpus[i % corpus.length] as Buffer, roll)
      for (let at = 0; at < octets.length; ) {
        const size = 1 + roll(300)
        framer.push(octets.subarray(at, at + size))
        at += size
      }
      assert.ok(framer.pending <= octets.length)
    }
  })

  test('long hostile values take no more than linear time', () => {
    const long = 60000
    for (const value of [
      '"'.repeat(long),
      `"${'\\'.repeat(long)}`,
      '<'.repeat(long),
      ';a'.repeat(long / 2),
      `<sip:a@b${';a=b'.repeat(long / 4)}`,
      ' '.repeat(long),
      `sip:${'%41'.repeat(long / 3)}!`,
      `tel:${'1'.repeat(long)}x`,
      `SIP/2.0/UDP ${'a'.repeat(long)} `,
      `Digest ${'a=b,'.repeat(long / 4)}`,
      ','.repeat(long),
      `a${' \t'.repeat(long / 2)}b`,
    ]) {
      readAll(value)
      const request = createRequest('INVITE', value)
      for (const name of ['Via', 'From', 'To', 'Contact', 'Route', 'CSeq']) request.headers.add(name, value)
      checkRequest(request)
    }
    digest(Buffer.from(`INVITE sip:a SIP/2.0\r\nA: b\r\n c${' '.repeat(long)}d\r\n\r\n`))
    for (const text of ['INVITE sip:a SIP/2.0\r\nA: b', 'INVITE ', 'A'])
      for (const tail of ['\r\n ', '\n ', ' \r', '\r', '\n', ' ', ':\n'])
        digest(Buffer.from(text + tail.repeat(20000)))
  })
})
