import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printAnswer, printOffer, readDescription, videoPathOf, voicePathOf } from './description.ts'

const own = { session: '7', version: 1, audio: { address: '192.0.2.1', port: 4000 } }
const withVideo = { ...own, video: { address: '192.0.2.1', port: 4002 } }

describe('offer and answer', () => {
  test('two handsets agree on the first voice codec, keys and video', () => {
    const offer = readDescription(printOffer(withVideo))
    assert.deepEqual(
      offer.map(({ type, port }) => [type, port]),
      [
        ['audio', 4000],
        ['video', 4002],
      ],
    )
    const answer = readDescription(printAnswer({ ...withVideo, session: '8' }, offer) ?? '')
    assert.deepEqual(voicePathOf(answer[0]), {
      remote: { address: '192.0.2.1', port: 4000 },
      codec: 'PCMU',
      payloadType: 0,
      eventType: 101,
    })
    assert.deepEqual(videoPathOf(answer), { remote: { address: '192.0.2.1', port: 4002 }, payloadType: 99 })
  })

  test('video nobody wants is refused, and its line stays', () => {
    const answer = printAnswer(own, readDescription(printOffer(withVideo))) ?? ''
    assert.match(answer, /^m=video 0 RTP\/AVP 99\r$/m)
    assert.equal(videoPathOf(readDescription(answer)), undefined)
  })

  test('a hold is answered from the other end', () => {
    for (const [offered, answered] of [
      ['sendonly', 'recvonly'],
      ['inactive', 'inactive'],
      ['recvonly', 'sendonly'],
    ] as const) {
      const answer = readDescription(printAnswer(own, readDescription(printOffer(own, offered))) ?? '')
      assert.equal(answer[0]?.direction, answered)
    }
  })

  test('formats keep the numbers of the offer', () => {
    const offer = readDescription(
      'v=0\r\nc=IN IP6 2001:db8::1\r\na=inactive\r\nm=audio 9000 RTP/AVP 96 118 97\r\n' +
        'a=rtpmap:96 AMR/8000\r\na=rtpmap:118 pcma/8000/1\r\na=rtpmap:97 telephone-event/8000\r\n',
    )
    assert.deepEqual(voicePathOf(offer[0]), {
      remote: { address: '2001:db8::1', port: 9000 },
      codec: 'PCMA',
      payloadType: 118,
      eventType: 97,
    })
    assert.match(printAnswer(own, offer) ?? '', /m=audio 4000 RTP\/AVP 118 97\r\na=rtpmap:118 PCMA\/8000\r\n/)
  })

  test('without a voice codec in common there is no answer', () => {
    assert.equal(
      printAnswer(own, readDescription('m=audio 9000 RTP/AVP 96\r\na=rtpmap:96 AMR/8000\r\n')),
      undefined,
    )
    assert.equal(printAnswer(own, readDescription('')), undefined)
  })

  test('any text is read', () => {
    for (const text of [
      'm=',
      'm=audio',
      'c=',
      'a=rtpmap:',
      'm=audio x y z\na=rtpmap:0',
      '\0\n=\n\r\r',
      'm=audio 1 x constructor',
    ])
      assert.ok(Array.isArray(readDescription(text)) && voicePathOf(readDescription(text)[0]) === undefined)
  })
})
