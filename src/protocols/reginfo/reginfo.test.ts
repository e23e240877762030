import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { octets } from '#lib/text'
import { escapeXml, parseReginfo, printReginfo, type Reginfo } from './index.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const whole: Reginfo = {
  version: 7,
  state: 'full',
  registrations: [
    {
      aor: 'sip:alice@home.example',
      id: 'a1',
      state: 'active',
      contacts: [
        {
          id: 'c1',
          state: 'active',
          event: 'refreshed',
          uri: 'sip:alice@192.0.2.10:5060;ob',
          expires: 3599,
          q: 0.5,
          callId: 'x&y"z@192.0.2.10',
          cseq: 12,
          params: [
            ['+sip.instance', '"<urn:gsma:imei:35609204-079301-0>"'],
            ['audio', ''],
          ],
        },
        { id: 'c2', state: 'terminated', event: 'probation', uri: 'sip:alice@192.0.2.11', retryAfter: 60 },
      ],
    },
    { aor: 'tel:+4930111', id: 'a2', state: 'init', contacts: [] },
  ],
}

describe('registration state in XML, RFC 3680 §5', () => {
  test('comes back as it was printed', () => {
    assert.deepEqual(parseReginfo(encode(printReginfo(whole))), { ok: true, value: whole })
  })

  test('has the namespace, elements and attributes of the standard for any reader', () => {
    const text = printReginfo(whole)
    assert.equal(XMLValidator.validate(text), true)
    const read = new XMLParser({ ignoreAttributes: false, parseAttributeValue: true }).parse(text).reginfo
    assert.equal(read['@_xmlns'], 'urn:ietf:params:xml:ns:reginfo')
    assert.deepEqual([read['@_version'], read['@_state']], [7, 'full'])
    const [first] = read.registration
    assert.deepEqual(Object.keys(first.contact[0]).sort(), [
      '@_callid',
      '@_cseq',
      '@_event',
      '@_expires',
      '@_id',
      '@_q',
      '@_state',
      'unknown-param',
      'uri',
    ])
    assert.equal(first.contact[1]['@_retry-after'], 60)
  })

  test('never lets what phones say become markup, nor characters that XML has not', () => {
    assert.equal(escapeXml(`<a b="c" d='e'>&`), '&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;')
    assert.equal(escapeXml('\x00\n\x1f\x7f'), '����')
    assert.equal(escapeXml(Buffer.from('Jürgen', 'utf8').latin1Slice()), 'Jürgen')
    assert.equal(escapeXml('J\xfcrgen'), 'Jürgen')
    const evil =
      ']]>"/><contact id=\'x\' state="active" event="registered"><uri>sip:eve@evil</uri></contact><!--'
    const [first] = whole.registrations
    const contact = { id: evil, state: 'active', event: 'created', uri: evil, callId: evil } as const
    const attacked: Reginfo = {
      ...whole,
      registrations: [{ ...first, aor: evil, id: evil, state: 'active', contacts: [contact] }],
    }
    assert.deepEqual(parseReginfo(encode(printReginfo(attacked))), { ok: true, value: attacked })
  })

  test('is read as others write it: prefixes, character references, unknown parts', () => {
    const text = `<?xml version="1.0"?><r:reginfo xmlns:r="urn:ietf:params:xml:ns:reginfo" xmlns:gr="urn:x" version="0" state="partial">
      <r:registration aor="sip:a&#x40;b" id="1" state="terminated" odd="1"><r:contact id="9" state="terminated" event="deactivated" duration-registered="1">
      <r:uri> sip:a@192.0.2.1 </r:uri><r:display-name lang="en">A</r:display-name><gr:pub-gruu uri="x"/></r:contact><new/></r:registration></r:reginfo>`
    const contact = { id: '9', state: 'terminated', event: 'deactivated', uri: 'sip:a@192.0.2.1' }
    const registrations = [{ aor: 'sip:a@b', id: '1', state: 'terminated', contacts: [contact] }]
    assert.deepEqual(parseReginfo(encode(text)), {
      ok: true,
      value: { version: 0, state: 'partial', registrations },
    })
  })

  test('that is none is told from what is no XML, and bombs are not lit', () => {
    const errors = (text: string) => {
      const parsed = parseReginfo(encode(text))
      return parsed.ok ? 'fine' : parsed.error
    }
    for (const text of ['', '<', '<reginfo version="0" state="full">', '<a></b>'])
      assert.equal(errors(text), 'xml', text)
    for (const text of [
      '<reginfo/>',
      '<presence version="0" state="full"/>',
      '<reginfo version="x" state="full"/>',
      '<reginfo version="0" state="half"/>',
      '<reginfo version="0" state="full"><registration aor="a"/></reginfo>',
      '<reginfo version="0" state="full"><registration aor="a" state="active"><contact state="active" event="odd"><uri>x</uri></contact></registration></reginfo>',
    ])
      assert.equal(errors(text), 'reginfo', text)
    assert.equal(errors('<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>'), 'xml')
    assert.equal(errors(`<a>${' '.repeat(300_000)}</a>`), 'size')
  })

  test('of any octets gives a value or a named error', () => {
    const good = printReginfo(whole)
    let seed = 1
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 8) % below
    }
    let fine = 0
    for (let i = 0; i < 1500; i++) {
      const bytes = Buffer.from(good)
      for (let n = 0; n <= i % 5; n++) bytes[next(bytes.length)] = next(256)
      const parsed = parseReginfo(bytes.subarray(0, i % 7 === 0 ? next(bytes.length) : bytes.length))
      if (parsed.ok) fine++
      else assert.match(parsed.error, /^(xml|reginfo|size)$/)
    }
    assert.ok(fine > 50 && fine < 1450, `${fine}`)
    for (const head of ['<__proto__>', '<constructor a="1">', '<reginfo __proto__="1">'])
      assert.equal(parseReginfo(octets(head)).ok, false)
  })
})
