import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bandwidthOf,
  codecsOf,
  directionFrom,
  eventsOf,
  fmtpOf,
  heldDirection,
  mirrored,
  payloadTypesOf,
  ptimeOf,
} from './attributes.ts'
import type { SdpMedium } from './description.ts'
import { parseSdp } from './description.ts'

const medium = (...lines: string[]): SdpMedium => {
  const result = parseSdp(['v=0', 'c=IN IP4 192.0.2.1', ...lines, ''].join('\r\n'))
  assert.ok(result.ok)
  return result.value.media[0] as SdpMedium
}

test('codecs come from a=rtpmap, or from RFC 3551 where that has them', () => {
  const codecs = codecsOf(
    medium('m=audio 1 RTP/AVP 0 96 97', 'a=rtpmap:96 opus/48000/2', 'a=rtpmap:97 x', 'a=rtpmap:y PCMU/8000'),
  )
  assert.deepEqual(
    [...codecs],
    [
      [0, { name: 'PCMU', rate: 8000, channels: 1 }],
      [96, { name: 'opus', rate: 48_000, channels: 2 }],
    ],
  )
  assert.deepEqual(payloadTypesOf(medium('m=audio 1 RTP/AVP 0 128 x -1 101')), [0, 101])
})

test('telephone-events are found, however they are written; the last word on a type counts', () => {
  const lines = (...more: string[]) => eventsOf(medium('m=audio 1 RTP/AVP 0 97 98', ...more))
  assert.deepEqual(lines('a=rtpmap:97 opus/48000/2', 'a=rtpmap:98 Telephone-Event/48000'), [[98, 48_000]])
  assert.deepEqual(lines('a=rtpmap:97 telephone-event/8000/1', 'a=rtpmap:98 telephone-event/16000'), [
    [97, 8000],
    [98, 16_000],
  ])
  assert.deepEqual(lines('a=rtpmap:97 telephone-event/8000', 'a=rtpmap:97 L16/8000'), [])
  assert.deepEqual(lines('a=rtpmap:97 telephone-event/8000', 'a=rtpmap:97 telephone-event/16000'), [
    [97, 16_000],
  ])
  const none = ['x telephone-event/8000', '300 telephone-event/8000', '97 telephone-event/x', '97 no-event/1']
  assert.deepEqual(
    lines(...none.map((value) => `a=rtpmap:${value}`), 'a=rtpmap:', 'a=rtpmap:97 telephone-event'),
    [],
  )
})

test('parameters, packet time and bandwidth are read where they are said', () => {
  const audio = medium('m=audio 1 RTP/AVP 9 96', 'b=AS:80', 'b=RS:x', 'a=fmtp:96 mode-set=0,2', 'a=ptime:20')
  assert.equal(fmtpOf(audio, 96), 'mode-set=0,2')
  assert.equal(fmtpOf(audio, 9), undefined)
  assert.equal(ptimeOf(audio), 20)
  assert.equal(bandwidthOf(audio, 'AS'), 80)
  assert.equal(bandwidthOf(audio, 'RS'), undefined)
})

test('directions mirror as RFC 3264 §6.1 says', () => {
  assert.deepEqual((['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const).map(mirrored), [
    'sendrecv',
    'recvonly',
    'sendonly',
    'inactive',
  ])
  assert.equal(directionFrom(true, false), 'sendonly')
})

test('the address 0.0.0.0 holds in the manner of RFC 2543', () => {
  assert.equal(heldDirection(medium('m=audio 1 RTP/AVP 0')), undefined)
  assert.equal(heldDirection(medium('m=audio 1 RTP/AVP 0', 'c=IN IP4 0.0.0.0')), 'sendonly')
  assert.equal(heldDirection(medium('m=audio 1 RTP/AVP 0', 'c=IN IP6 ::', 'a=recvonly')), 'inactive')
})
