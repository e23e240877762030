import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { octets } from '#lib/text'
import { type DialogInfo, HELD, isHeld, parseDialogInfo, printDialogInfo } from './index.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const whole: DialogInfo = {
  version: 3,
  state: 'full',
  entity: 'sip:alice@home.example',
  dialogs: [
    {
      ...{ id: 'a1', direction: 'recipient', state: 'confirmed', duration: 12 },
      local: { identity: 'sip:alice@home.example', target: 'sip:alice@home.example', params: HELD },
      remote: { identity: 'sip:bob@home.example', display: 'Bob "the" <Builder>' },
    },
    { id: 'a2', direction: 'initiator', state: 'terminated', event: 'rejected', code: 486 },
    { id: 'a3', state: 'trying' },
  ],
}

describe('calls of a phone in XML, RFC 4235 §4', () => {
  test('come back as they were printed', () => {
    assert.deepEqual(parseDialogInfo(encode(printDialogInfo(whole))), { ok: true, value: whole })
    assert.deepEqual(whole.dialogs.map(isHeld), [true, false, false])
  })

  test('have the namespace, elements and attributes of the standard for any reader', () => {
    const text = printDialogInfo(whole)
    assert.equal(XMLValidator.validate(text), true)
    const read = new XMLParser({ ignoreAttributes: false, parseAttributeValue: true }).parse(text)[
      'dialog-info'
    ]
    assert.equal(read['@_xmlns'], 'urn:ietf:params:xml:ns:dialog-info')
    assert.deepEqual([read['@_version'], read['@_state'], read['@_entity']], [3, 'full', whole.entity])
    const [first, second] = read.dialog
    assert.deepEqual(first.local.target.param, { '@_pname': '+sip.rendering', '@_pval': 'no' })
    assert.equal(first.remote.identity['@_display'], 'Bob "the" <Builder>')
    assert.deepEqual(second.state, { '#text': 'terminated', '@_event': 'rejected', '@_code': 486 })
  })

  test('never let what phones say become markup', () => {
    const evil = '"/><dialog id="x"><state>early</state></dialog><!--'
    const attacked: DialogInfo = {
      ...{ version: 0, state: 'partial', entity: evil },
      dialogs: [{ id: evil, state: 'early', remote: { identity: evil, display: evil } }],
    }
    assert.deepEqual(parseDialogInfo(encode(printDialogInfo(attacked))), { ok: true, value: attacked })
  })

  test('are read as others write them: the document of RFC 4235 §4.4.2 with prefixes, tags and unknown parts', () => {
    const text = `<?xml version="1.0"?><d:dialog-info xmlns:d="urn:ietf:params:xml:ns:dialog-info" version="1" state="partial" entity="sip:alice@example.com">
      <d:dialog id="as7d900as8" call-id="a84b4c76e66710" local-tag="1928301774" remote-tag="456887766" direction="initiator"><d:state>early</d:state>
      <d:local><d:target uri="sip:x&#x40;y"><d:param pname="+sip.rendering" pval="no"/></d:target></d:local><d:new/></d:dialog></d:dialog-info>`
    assert.deepEqual(parseDialogInfo(encode(text)), {
      ok: true,
      value: {
        ...{ version: 1, state: 'partial', entity: 'sip:alice@example.com' },
        dialogs: [
          {
            ...{ id: 'as7d900as8', direction: 'initiator', state: 'early' },
            local: { target: 'sip:x@y', params: [['+sip.rendering', 'no']] },
          },
        ],
      },
    })
  })

  test('that are none are told from what is no XML, and bombs are not lit', () => {
    const errors = (text: string) => {
      const parsed = parseDialogInfo(encode(text))
      return parsed.ok ? 'fine' : parsed.error
    }
    for (const text of ['', '<', '<dialog-info version="0" state="full" entity="a">', '<a></b>'])
      assert.equal(errors(text), 'xml', text)
    for (const text of [
      '<presence entity="a"/>',
      '<dialog-info version="0" state="full"/>',
      '<dialog-info version="x" state="full" entity="a"/>',
      '<dialog-info version="0" state="half" entity="a"/>',
      '<dialog-info version="0" state="full" entity="a"><dialog id="1"><state>void</state></dialog></dialog-info>',
      '<dialog-info version="0" state="full" entity="a"><dialog><state>early</state></dialog></dialog-info>',
    ])
      assert.equal(errors(text), 'dialog-info', text)
    assert.equal(errors('<!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>'), 'xml')
    assert.equal(errors(`<a>${' '.repeat(70_000)}</a>`), 'size')
  })

  test('of any octets give a value or a named error', () => {
    const good = printDialogInfo(whole)
    let seed = 7
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 8) % below
    }
    let fine = 0
    for (let i = 0; i < 1500; i++) {
      const bytes = Buffer.from(good)
      for (let n = 0; n <= i % 5; n++) bytes[next(bytes.length)] = next(256)
      const parsed = parseDialogInfo(bytes.subarray(0, i % 7 === 0 ? next(bytes.length) : bytes.length))
      if (parsed.ok) fine++
      else assert.match(parsed.error, /^(xml|dialog-info|size)$/)
    }
    assert.ok(fine > 50 && fine < 1450, `${fine}`)
    for (const head of ['<__proto__>', '<constructor a="1">', '<dialog-info __proto__="1">'])
      assert.equal(parseDialogInfo(octets(head)).ok, false)
  })
})
