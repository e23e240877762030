import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseSdp, type Sdp } from './description.ts'
import { echoAnswer } from './echo.ts'
import { alignAnswer, isRelayable, relayBody, withOrigin } from './relay.ts'

const parse = (lines: string[]): Sdp => {
  const result = parseSdp(['v=0', ...lines, ''].join('\r\n'))
  assert.ok(result.ok)
  return result.value
}
const OWN = { family: 4, address: '198.51.100.7' } as const
const linesOf = (body: string): string[] => body.split('\r\n').slice(0, -1)

/** As a browser offers, with what only a hop knows. */
const BROWSER = [
  'o=jane 1 2 IN IP4 192.0.2.10',
  's=a talk',
  'i=about something',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=ice-lite',
  'a=fingerprint:sha-256 00:11',
  'a=x-unknown',
  'm=audio 49170 RTP/AVPF 111 101',
  'c=IN IP4 192.0.2.10',
  'b=AS:80',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10',
  'a=rtcp-fb:111 nack',
  'a=candidate:1 1 UDP 1 192.0.2.10 49170 typ host',
  'a=end-of-candidates',
  'a=ice-ufrag:x',
  'a=ice-pwd:y',
  'a=setup:actpass',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=rtcp-mux',
  'a=curr:qos local none',
  'a=sendrecv',
]

describe('a relayed description', () => {
  test('keeps every line but those about the path', () => {
    const body = relayBody(parse(BROWSER), OWN, [{ port: 10_000, mux: false }])
    assert.deepEqual(linesOf(body), [
      's=a talk',
      'i=about something',
      'c=IN IP4 198.51.100.7',
      't=0 0',
      'a=x-unknown',
      'm=audio 10000 RTP/AVPF 111 101',
      'b=AS:80',
      'a=mid:0',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 minptime=10',
      'a=rtcp-fb:111 nack',
      'a=curr:qos local none',
      'a=sendrecv',
    ])
  })

  test('says its own multiplexing and direction', () => {
    const body = relayBody(parse(BROWSER), OWN, [{ port: 10_000, mux: true, direction: 'sendonly' }])
    assert.deepEqual(linesOf(body).slice(-3), ['a=curr:qos local none', 'a=sendonly', 'a=rtcp-mux'])
  })

  test('refuses what is not relayed at its place', () => {
    const sdp = parse([
      'c=IN IP4 192.0.2.1',
      'm=message 2855 TCP/MSRP *',
      'a=path:x',
      'm=audio 4000 RTP/AVP 0',
    ])
    const own = sdp.media.map((medium) => ({ port: isRelayable(medium) ? 10_002 : 0, mux: false }))
    assert.deepEqual(linesOf(relayBody(sdp, OWN, own)), [
      'c=IN IP4 198.51.100.7',
      'm=message 0 TCP/MSRP *',
      'm=audio 10002 RTP/AVP 0',
    ])
  })

  test('has an origin of its own', () => {
    const text = withOrigin('s=-\r\n', { sessionId: '77', version: 3, family: 6, address: '2001:db8::7' })
    assert.equal(text, 'v=0\r\no=- 77 3 IN IP6 2001:db8::7\r\ns=-\r\n')
  })
})

test('what can be relayed: audio and video over RTP, and SRTP only with its keys beside it', () => {
  const judge = (line: string, ...more: string[]) => {
    const medium = parse(['c=IN IP4 192.0.2.1', line, ...more]).media[0]
    return medium !== undefined && isRelayable(medium)
  }
  for (const good of ['m=audio 4000 RTP/AVP 0', 'm=video 4000 RTP/AVPF 96']) assert.ok(judge(good), good)
  assert.ok(judge('m=audio 4000 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x'))
  for (const bad of [
    'audio 0 RTP/AVP 0',
    'text 4000 RTP/AVP 98',
    'audio 4000 UDP/TLS/RTP/SAVPF 0',
    'audio 4000 RTP/SAVP 0',
  ])
    assert.ok(!judge(`m=${bad}`), bad)
})

describe('an answer', () => {
  const offer = parse(['m=audio 1 RTP/AVP 0', 'm=application 2 X y', 'm=video 3 RTP/AVP 34'])
  const ports = (answer: Sdp) =>
    alignAnswer(offer.media, answer).media.map(({ type, port }) => `${type} ${port}`)

  test('with all media stands as it is', () => {
    const answer = parse(['m=audio 11 RTP/AVP 0', 'm=application 0 X y', 'm=video 13 RTP/AVP 34'])
    assert.deepEqual(ports(answer), ['audio 11', 'application 0', 'video 13'])
  })

  test('that left media out gets them back, refused, at their places', () => {
    assert.deepEqual(ports(parse(['m=audio 11 RTP/AVP 0', 'm=video 13 RTP/AVP 34'])), [
      'audio 11',
      'application 0',
      'video 13',
    ])
    assert.deepEqual(ports(parse([])), ['audio 0', 'application 0', 'video 0'])
  })
})

describe('the answer of an echo', () => {
  test('takes the first codec and its events, with their parameters', () => {
    const sdp = parse([
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=audio 4000 RTP/AVP 13 96 0 100 101',
      'a=rtpmap:96 AMR-WB/16000',
      'a=fmtp:96 octet-align=1',
      'a=rtpmap:100 telephone-event/8000',
      'a=rtpmap:101 telephone-event/16000',
      'a=fmtp:101 0-15',
      'a=curr:qos local none',
      'a=ptime:20',
      'a=sendonly',
      'm=video 4002 RTP/AVPF 120 121',
      'a=rtpmap:120 H264/90000',
      'a=rtpmap:121 rtx/90000',
      'a=rtcp-fb:* nack pli',
      'm=audio 4004 RTP/SAVP 0',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x',
    ])
    const body = relayBody(echoAnswer(sdp), OWN, [
      { port: 10_000, mux: false },
      { port: 10_002, mux: false },
    ])
    assert.deepEqual(linesOf(body), [
      's=-',
      'c=IN IP4 198.51.100.7',
      't=0 0',
      'm=audio 10000 RTP/AVP 96 101',
      'a=rtpmap:96 AMR-WB/16000',
      'a=fmtp:96 octet-align=1',
      'a=rtpmap:101 telephone-event/16000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      'a=recvonly',
      'm=video 10002 RTP/AVPF 120',
      'a=rtpmap:120 H264/90000',
      'a=rtcp-fb:* nack pli',
      'a=sendrecv',
      'm=audio 0 RTP/SAVP 0',
    ])
  })
})
