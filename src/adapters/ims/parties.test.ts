import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { REFUSALS } from '#core'
import { descriptionOf, toCore, toLeg } from './parties.ts'
import { sipStatusOf } from './refusals.ts'

const sdp = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...lines, ''].join('\r\n')
const AUDIO = 'm=audio 4000 RTP/AVP 0'
const VIDEO = 'm=video 5000 RTP/AVP 96'

describe('a description', () => {
  const cases: [what: string, lines: string[], held: boolean, video: boolean][] = [
    ['of a voice call', [AUDIO], false, false],
    ['on hold', [AUDIO, 'a=sendonly'], true, false],
    ['inactive', [AUDIO, 'a=inactive'], true, false],
    ['that is held by the other side', [AUDIO, 'a=recvonly'], false, false],
    ['on hold as of old', ['c=IN IP4 0.0.0.0', AUDIO], true, false],
    ['on hold for all media', ['a=sendonly', AUDIO, VIDEO], true, true],
    ['whose picture alone is still', [AUDIO, VIDEO, 'a=inactive'], false, true],
    ['on hold whose picture was refused', [AUDIO, 'a=sendonly', 'm=video 0 RTP/AVP 96'], true, false],
  ]
  for (const [what, lines, held, video] of cases)
    test(what, () => {
      const text = lines[0]?.startsWith('c=')
        ? sdp(...lines).replace('c=IN IP4 192.0.2.9\r\n', '')
        : sdp(...lines)
      const { held: isHeld, video: shows } = descriptionOf(text)
      assert.deepEqual([isHeld, shows], [held, video])
    })
})

describe('a refusal', () => {
  test('has a status for every word of the core', () => {
    for (const why of REFUSALS) {
      const status = sipStatusOf({ why })
      assert.ok(status >= 380 && status < 700, why)
    }
  })

  test('keeps the called phone’s own status and words where they mean the same to the caller', () => {
    assert.deepEqual(toLeg(toCore({ status: 486, reason: 'Besetzt' })), { status: 486, reason: 'Besetzt' })
    assert.deepEqual(toLeg(toCore({ status: 407, reason: 'Proof' })), { status: 403 })
    assert.deepEqual(toLeg(toCore({ status: 503, reason: 'Full', retryAfterS: 9 })), {
      status: 480,
      retryAfterS: 9,
    })
  })

  test('passes no words on that could end a line', () => {
    assert.deepEqual(toLeg(toCore({ status: 486, reason: 'Busy\rX-Evil: 1' })), { status: 486 })
    assert.deepEqual(toLeg(toCore({ status: 486, reason: 'x'.repeat(200) })), { status: 486 })
  })

  test('by silence or a broken path is no word of the phone’s', () => {
    assert.equal(toLeg(toCore({ status: 408, failure: 'timeout' })).status, 480)
    assert.equal(toLeg(toCore({ status: 503, failure: 'transport' })).status, 480)
  })

  test('that redirects names whom to ask instead, if that can be dialled', () => {
    const to = (contacts: string[]) => toCore({ status: 302, contacts }).redirect?.user
    assert.deepEqual(
      [to(['sip:carol@x']), to(['tel:+331']), to(['mailto:x@y']), to([]), to(['sip:host'])].slice(0, 2),
      ['carol', '+331'],
    )
    assert.equal(to([]), undefined)
    assert.equal(to(['sip:host']), undefined)
  })
})
