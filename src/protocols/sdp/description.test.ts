import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import oracle from 'sdp-transform'
import { MAX_SDP_MEDIA, parseSdp, printSdp, type Sdp } from './description.ts'

/** As a VoLTE handset offers, with preconditions and things that nobody here knows. */
const HANDSET = [
  'v=0',
  'o=rue 3251 3251 IN IP6 2001:db8::10',
  's=-',
  'c=IN IP6 2001:db8::10',
  'b=AS:41',
  't=0 0',
  'm=audio 49120 RTP/AVP 116 107 118 96',
  'b=AS:41',
  'a=rtpmap:116 AMR-WB/16000/1',
  'a=fmtp:116 mode-change-capability=2;max-red=220',
  'a=rtpmap:107 AMR-WB/16000/1',
  'a=fmtp:107 octet-align=1;mode-change-capability=2;max-red=220',
  'a=rtpmap:118 AMR/8000/1',
  'a=rtpmap:96 telephone-event/16000',
  'a=curr:qos local none',
  'a=des:qos mandatory local sendrecv',
  'a=x-something: kept  as it is',
  'a=ptime:20',
  'a=maxptime:240',
  'a=sendrecv',
  'm=video 0 RTP/AVP 31',
  '',
].join('\r\n')

const parsed = (text: string): Sdp => {
  const result = parseSdp(text)
  assert.ok(result.ok, `not parsed: ${result.ok ? '' : result.error}`)
  return result.value
}

describe('a session description', () => {
  test('is printed octet for octet as it was read', () => {
    assert.equal(printSdp(parsed(HANDSET)), HANDSET)
  })

  test('may end its lines in LF alone', () => {
    assert.equal(printSdp(parsed(HANDSET.replaceAll('\r', ''))), HANDSET)
  })

  test('says what sdp-transform reads in it', () => {
    const ours = parsed(HANDSET)
    const theirs = oracle.parse(HANDSET)
    assert.equal(ours.media.length, theirs.media.length)
    ours.media.forEach((medium, i) => {
      const other = theirs.media[i]
      assert.equal(medium.type, other?.type)
      assert.equal(medium.port, other?.port)
      assert.equal(medium.protocol, other?.protocol)
      assert.equal(medium.formats.join(' '), String(other?.payloads))
    })
    assert.deepEqual(ours.media[0]?.connection, { family: 6, address: theirs.connection?.ip })
    assert.equal(ours.media[0]?.direction, theirs.media[0]?.direction)
  })

  test('lets media inherit address and direction from the session, and overrule them', () => {
    const text =
      'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=sendonly\r\n' +
      'm=audio 4000 RTP/AVP 0\r\nm=video 4002/2 RTP/AVP 34\r\nc=IN IP4 224.2.1.1/127\r\na=inactive\r\n'
    const [audio, video] = parsed(text).media
    assert.equal(audio?.direction, 'sendonly')
    assert.deepEqual(audio?.connection, { family: 4, address: '192.0.2.1' })
    assert.equal(video?.direction, 'inactive')
    assert.deepEqual(video?.connection, { family: 4, address: '224.2.1.1' })
    assert.equal(video?.ports, 2)
  })

  test('tells where RTCP goes, RFC 3605 and 5761', () => {
    const text = (line: string) => parsed(`v=0\r\nm=audio 4000 RTP/AVP 0\r\n${line}\r\n`).media[0]
    assert.deepEqual(text('a=rtcp:53020')?.rtcp, { port: 53020, connection: undefined })
    assert.deepEqual(text('a=rtcp:53020 IN IP6 2001:db8::1')?.rtcp, {
      port: 53020,
      connection: { family: 6, address: '2001:db8::1' },
    })
    assert.equal(text('a=rtcp-mux')?.rtcpMux, true)
    assert.equal(text('a=rtcp:99999')?.rtcp, undefined)
  })
})

describe('what is no session description', () => {
  const errorOf = (text: string) => {
    const result = parseSdp(text)
    return result.ok ? undefined : result.error
  }

  test('is named by its fault', () => {
    assert.equal(errorOf(''), 'no-version')
    assert.equal(errorOf(`v=0\r\n${'a'.repeat(65_536)}`), 'too-long')
    assert.equal(errorOf('v=0\r\nhello\r\n'), 'bad-line')
    assert.equal(errorOf('v=0\r\nA=b\r\n'), 'bad-line')
    assert.equal(errorOf('v=0\r\na=hidden\ra=candidate\r\n'), 'bad-line')
    assert.equal(errorOf('v=0\r\na=\0\r\n'), 'bad-line')
    assert.equal(errorOf('v=0\r\nc=IN IP5 1.2.3.4\r\n'), 'bad-connection')
    for (const line of [
      'm=audio',
      'm=audio x RTP/AVP 0',
      'm=audio 70000 RTP/AVP 0',
      'm=audio 4000/0 RTP/AVP 0',
      'm=audio 1 RTP/AVP',
    ])
      assert.equal(errorOf(`v=0\r\n${line}\r\n`), 'bad-media', line)
    assert.equal(errorOf(`v=0\r\n${'m=audio 1 RTP/AVP 0\r\n'.repeat(MAX_SDP_MEDIA + 1)}`), 'too-many-media')
  })

  test('never throws, whatever the octets', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return (seed >>> 8) % below
    }
    for (let round = 0; round < 5000; round++) {
      const octets = [...HANDSET]
      for (let changes = random(8) + 1; changes > 0; changes--)
        octets.splice(random(octets.length), random(3), String.fromCharCode(random(256)))
      const result = parseSdp(octets.join(''))
      if (result.ok) printSdp(result.value)
    }
  })
})
