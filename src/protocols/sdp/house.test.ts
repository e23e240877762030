import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseSdp, printSdp, type Sdp } from './description.ts'
import { answerAs, HOUSE_OFFER } from './house.ts'

const parse = (...lines: string[]): Sdp => {
  const result = parseSdp(
    ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join('\r\n'),
  )
  assert.ok(result.ok)
  return result.value
}
const said = (own: Sdp, offer: Sdp): string => printSdp(answerAs(own, offer))
const OWN = parse(
  'm=audio 7000 RTP/AVP 104 0',
  'c=IN IP4 198.51.100.7',
  'a=rtpmap:104 AMR-WB/16000',
  'a=fmtp:104 octet-align=1',
  'a=rtcp:7005',
  'm=video 7002 RTP/AVP 34',
)

describe('the answer of somebody with a written description', () => {
  test('has the codecs of both, under the numbers and with the parameters of the offer', () => {
    const answer = said(
      OWN,
      parse('m=audio 4000 RTP/AVP 97 8 0', 'a=rtpmap:97 AMR-WB/16000', 'a=fmtp:97 mode-set=2'),
    )
    assert.match(answer, /m=audio 7000 RTP\/AVP 97 0\r\nc=IN IP4 198\.51\.100\.7\r\na=rtcp:7005\r\n/)
    assert.match(answer, /a=rtpmap:97 AMR-WB\/16000\r\na=fmtp:97 mode-set=2\r\na=sendrecv\r\n$/)
  })

  test('has as many media as the offer, and refuses those it does not know', () => {
    const answer = said(
      OWN,
      parse('m=audio 4000 RTP/AVP 18', 'm=video 4002 RTP/AVP 34', 'm=text 4004 RTP/AVP 98'),
    )
    assert.deepEqual(
      answer.split('\r\n').filter((line) => line.startsWith('m=')),
      ['m=audio 0 RTP/AVP 18', 'm=video 7002 RTP/AVP 34', 'm=text 0 RTP/AVP 98'],
    )
  })

  for (const [offered, answered] of [
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ])
    test(`to ${offered} says ${answered}`, () =>
      assert.match(said(OWN, parse('m=audio 4000 RTP/AVP 0', `a=${offered}`)), new RegExp(`a=${answered}`)))

  test('says no to another profile, and to what the offer gives up', () => {
    assert.match(said(OWN, parse('m=audio 4000 RTP/SAVP 0')), /m=audio 0 /)
    assert.match(said(OWN, parse('m=audio 0 RTP/AVP 0')), /m=audio 0 /)
  })
})

test('what the house offers can be read as it is printed', () => {
  const read = parseSdp(
    printSdp({
      session: ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', ...HOUSE_OFFER.session],
      media: HOUSE_OFFER.media,
    }),
  )
  assert.ok(read.ok)
  const [medium] = read.value.media
  assert.deepEqual(
    [medium?.formats, medium?.lines],
    [HOUSE_OFFER.media[0]?.formats, HOUSE_OFFER.media[0]?.lines],
  )
})
