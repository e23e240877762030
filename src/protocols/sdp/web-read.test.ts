import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse } from 'sdp-transform'
import { parseSdp } from './description.ts'
import { carriedFormats, counterpartOf, isBaseline, keyOf, sameFormat } from './web-formats.ts'
import { formatsForPhone, plainMedium } from './web-plain.ts'
import { printWeb, type WebEnd, type WebLine } from './web-print.ts'
import { MAX_WEB_MEDIA, readWeb } from './web-read.ts'

const FINGERPRINT =
  '14:AF:B9:F0:FF:46:B7:FF:26:64:74:27:85:39:91:8C:53:9E:77:42:5B:D6:D0:A9:F4:C5:A7:28:38:71:61:64'

/** What Chromium 156 offers for sound and a picture, without what nobody here reads. */
const CHROMIUM = [
  'v=0',
  'o=- 3299020674646404109 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS 9a60adef',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=ice-ufrag:ztkp',
  'a=ice-pwd:nE6iLLZogc1xrSW1OWOw1GBp',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:13 CN/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  'a=ssrc:4292226735 cname:P5wxXUZeBohsRQev',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 107 109',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack pli',
  'a=rtcp-fb:96 goog-remb',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:103 H264/90000',
  'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  'a=rtpmap:104 rtx/90000',
  'a=rtpmap:107 H264/90000',
  'a=fmtp:107 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rtpmap:109 H264/90000',
  'a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtcp-fb:109 nack pli',
  '',
].join('\r\n')

const sdpOf = (text: string) => {
  const parsed = parseSdp(text)
  assert.ok(parsed.ok)
  return parsed.value
}
const said = (text: string) => {
  const read = readWeb(sdpOf(text))
  assert.ok(read.ok, read.ok ? '' : read.error)
  return read.value
}
const errorOf = (text: string) => {
  const read = readWeb(sdpOf(text))
  return read.ok ? undefined : read.error
}
const without = (pattern: RegExp) => CHROMIUM.replace(pattern, '')

describe("a browser's description", () => {
  test('is read as far as the engine wants to know', () => {
    const { ufrag, pwd, setup, fingerprints, media, origin } = said(CHROMIUM)
    assert.deepEqual([ufrag, pwd, setup], ['ztkp', 'nE6iLLZogc1xrSW1OWOw1GBp', 'actpass'])
    assert.deepEqual(fingerprints, [{ hash: 'sha-256', value: FINGERPRINT }])
    assert.equal(origin, 'o=- 3299020674646404109 2 IN IP4 127.0.0.1')
    assert.deepEqual(
      media.map(({ kind, mid, live, direction }) => [kind, mid, live, direction]),
      [
        ['audio', '0', true, 'sendrecv'],
        ['video', '1', true, 'sendonly'],
      ],
    )
    assert.deepEqual(
      media.map(({ formats }) => formats.map(({ type }) => type)),
      [
        [111, 9, 0, 8, 110, 126],
        [96, 103, 107, 109],
      ],
    )
    assert.deepEqual(media[1]?.formats[0]?.feedback, ['nack pli', 'goog-remb'])
  })

  test('has one transport: what stands outside the bundle is left out, a bundle-only medium is in', () => {
    assert.equal(said(CHROMIUM.replace('BUNDLE 0 1', 'BUNDLE 0')).media[1]?.live, false)
    const only = CHROMIUM.replace('m=video 9', 'm=video 0').replace('a=mid:1', 'a=mid:1\r\na=bundle-only')
    assert.equal(said(only).media[1]?.live, true)
    assert.equal(said(CHROMIUM.replace('m=video 9', 'm=video 0')).media[1]?.live, false)
  })

  test('is refused by the first thing that it lacks', () => {
    assert.equal(errorOf(without(/a=ice-pwd:.*\r\n/)), 'no-ice')
    assert.equal(errorOf(without(/a=fingerprint:.*\r\n/)), 'no-fingerprint')
    assert.equal(errorOf(without(/a=rtcp-mux\r\n/)), 'no-mux')
    assert.equal(errorOf(CHROMIUM.replaceAll('UDP/TLS/RTP/SAVPF', 'RTP/AVP')), 'no-media')
    assert.equal(errorOf(CHROMIUM + 'm=audio 9 X 0\r\n'.repeat(MAX_WEB_MEDIA)), 'too-many-media')
  })

  test('whatever its octets, is read or refused, and soon', () => {
    let seed = 5
    const next = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed >>> 8
    }
    for (let round = 0; round < 3000; round++) {
      const text = [...CHROMIUM]
      for (let changes = 0; changes < 6; changes++)
        text.splice(next() % text.length, next() % 3, String.fromCharCode(32 + (next() % 90)))
      const parsed = parseSdp(text.join(''))
      if (parsed.ok) readWeb(parsed.value)
    }
    const bomb = `m=audio 9 UDP/TLS/RTP/SAVPF ${Array.from({ length: 128 }, (_, i) => i).join(' ')}\r\n`
    const long = sdpOf(`v=0\r\n${bomb}${'a=fmtp:1 x\r\na=rtcp-fb:* y\r\n'.repeat(2200)}`)
    assert.equal(readWeb(long).ok, false)
  })
})

describe('formats', () => {
  const [audio, video] = sdpOf(CHROMIUM).media.map(carriedFormats)
  const h264 = (parameters: string) => ({
    type: 99,
    name: 'h264',
    rate: 90_000,
    channels: 1,
    parameters,
    feedback: [],
  })

  test('of H.264 are the same by profile and mode, not by letter', () => {
    const [, one, zero, two] = video ?? []
    assert.ok(one && zero && two)
    assert.ok(sameFormat(one, two))
    assert.ok(!sameFormat(one, zero))
    assert.equal(keyOf(one), keyOf(two))
    assert.ok(sameFormat(h264('profile-level-id=42801F'), zero), 'no mode is mode 0')
    assert.equal(counterpartOf(h264('packetization-mode=1; profile-level-id=42801f'), video ?? []), one)
    assert.equal(counterpartOf(h264('profile-level-id=64001f;packetization-mode=1'), video ?? []), undefined)
    assert.ok(isBaseline(one))
  })

  test('bridge the two laws, and events of whatever clock', () => {
    const of = (name: string, rate = 8000) => ({
      type: 5,
      name,
      rate,
      channels: 1,
      parameters: '',
      feedback: [],
    })
    assert.equal(counterpartOf(of('pcma'), [of('pcmu')])?.name, 'pcmu')
    assert.equal(counterpartOf(of('telephone-event', 8000), [of('telephone-event', 48_000)])?.rate, 48_000)
    assert.equal(counterpartOf(of('g722'), [of('pcmu')]), undefined)
  })

  test('for telephones: G.711 first, events last, one baseline, neither Opus nor VP8 unless named', () => {
    const names = (formats: { type: number }[]) => formats.map(({ type }) => type)
    assert.deepEqual(names(formatsForPhone('audio', audio ?? [])), [0, 8, 9, 126])
    assert.deepEqual(names(formatsForPhone('video', video ?? [])), [109])
    const named = [{ type: 98, name: 'opus', rate: 48_000, channels: 2, parameters: '', feedback: [] }]
    assert.deepEqual(names(formatsForPhone('audio', audio ?? [], named)), [0, 8, 9, 111, 126])
  })

  test('make a short medium for telephones', () => {
    const medium = plainMedium('audio', {
      formats: formatsForPhone('audio', audio ?? []),
      direction: 'sendrecv',
    })
    assert.deepEqual(medium.lines, [
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:126 telephone-event/8000',
      'a=fmtp:126 0-16',
      'a=ptime:20',
      'a=sendrecv',
    ])
  })
})

describe('our description for a browser', () => {
  const end: WebEnd = {
    ...{ sessionId: '17', version: 3, port: 50_000, ufrag: 'uuuu', pwd: 'p'.repeat(24) },
    addresses: [
      { family: 4, address: '192.0.2.1' },
      { family: 4, address: '10.0.0.1' },
    ],
    ...{ fingerprint: FINGERPRINT, setup: 'active', cname: 'c' },
  }
  const lines: WebLine[] = said(CHROMIUM).media.map(
    ({ kind, type, protocol, word, mid, formats }, index) => ({
      ...{ kind, type, protocol, word, mid, direction: 'sendrecv', ssrc: 7 + index },
      formats: index === 0 ? formats.slice(2, 4) : [],
    }),
  )

  test('is what a judge of descriptions understands', () => {
    const text = printWeb(lines, end)
    const read = parse(text)
    assert.equal(String(read.groups?.[0]?.mids), '0')
    assert.equal(read.icelite, 'ice-lite')
    const [audio, video] = read.media
    assert.equal(audio?.port, 50_000)
    assert.equal(audio?.protocol, 'UDP/TLS/RTP/SAVPF')
    assert.deepEqual(
      audio?.candidates?.map(({ ip, port, type, priority }) => [ip, port, type, Number(priority)]),
      [
        ['192.0.2.1', 50_000, 'host', 2_130_706_431],
        ['10.0.0.1', 50_000, 'host', 2_130_706_175],
      ],
    )
    assert.equal(audio?.endOfCandidates, 'end-of-candidates')
    assert.equal(audio?.rtcpMux, 'rtcp-mux')
    assert.deepEqual(audio?.fingerprint, { type: 'sha-256', hash: FINGERPRINT })
    assert.equal(audio?.setup, 'active')
    assert.equal(audio?.ssrcs?.[0]?.id, 7)
    assert.equal(video?.port, 0)
    assert.equal(String(video?.mid), '1')
    assert.match(text, /^m=video 0 UDP\/TLS\/RTP\/SAVPF 96\r$/m)
  })

  test('keeps number and order of media, and the bundle is of those that live', () => {
    const none = printWeb(
      lines.map((line) => ({ ...line, formats: [] })),
      end,
    )
    assert.equal(parse(none).media.length, 2)
    assert.doesNotMatch(none, /BUNDLE|candidate/)
  })
})
