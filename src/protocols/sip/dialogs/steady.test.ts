import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answering, following } from './steady.ts'

const description = (origin: string, ...media: string[]): string =>
  ['v=0', `o=${origin}`, 's=-', 't=0 0', ...media, ''].join('\r\n')

const AUDIO = 'm=audio 4000 RTP/AVP 0 101'
const VIDEO = 'm=video 4002 RTP/AVP 102'
const first = description('- 111 4 IN IP4 192.0.2.1', AUDIO)

test('what its own author changed is left as it is', () => {
  const next = description('- 111 5 IN IP4 192.0.2.1', AUDIO, 'a=sendonly')
  assert.equal(following(first, next, true), next)
})

test('another session goes on as the one that was said, in the next version', () => {
  const next = description('bob 999 18446744073709551615 IN IP6 2001:db8::1', AUDIO, 'a=x:$& $1')
  const fits = description('- 111 5 IN IP4 192.0.2.1', AUDIO, 'a=x:$& $1')
  assert.equal(following(first, next, true), fits)
  assert.equal(following(fits, first, true), description('- 111 6 IN IP4 192.0.2.1', AUDIO))
  const highest = description('- 1 9007199254740993 IN IP4 192.0.2.1', AUDIO)
  assert.match(following(highest, next, true), /^o=- 1 9007199254740994 /m)
})

test('a change without a new version gets one', () => {
  const next = description('- 111 4 IN IP4 192.0.2.1', AUDIO, 'a=inactive')
  assert.match(following(first, next, true), /^o=- 111 5 IN IP4 192\.0\.2\.1\r$/m)
})

test('media that are offered no more keep their places, an answer has those of its offer', () => {
  const both = description('- 111 4 IN IP4 192.0.2.1', AUDIO, VIDEO)
  const one = description('- 222 1 IN IP4 192.0.2.1', AUDIO)
  const said = description('- 111 5 IN IP4 192.0.2.1', AUDIO, 'm=video 0 RTP/AVP 102')
  assert.equal(following(both, one, true), said)
  assert.equal(following(said, one, true), said.replace(' 5 ', ' 6 '))
  assert.equal(following(both, one, false), description('- 111 5 IN IP4 192.0.2.1', AUDIO))
})

test('who did not ask for those places is not told of them', () => {
  const [one, both] = [
    description('- 2 1 IN IP4 192.0.2.2', AUDIO),
    description('- 2 1 IN IP4 192.0.2.2', AUDIO, VIDEO),
  ]
  assert.equal(answering(first, both), one)
  for (const given of [both, description('x', AUDIO, VIDEO, VIDEO)])
    assert.equal(answering(given, both), both)
})

test('each medium goes to the place of its kind, new ones come last; the answer is told as it was asked for', () => {
  const origin = (version: number) => `- 111 ${version} IN IP4 192.0.2.1`
  const [sound, picture] = [`${AUDIO}\r\na=sendrecv`, `${VIDEO}\r\na=rtpmap:102 H264/90000`]
  const [noSound, noPicture] = ['m=audio 0 RTP/AVP 0', 'm=video 0 RTP/AVP 102']
  const other = (...media: string[]) => description('- 222 1 IN IP4 192.0.2.1', ...media)
  for (const [before, next, fit] of [
    [[sound, picture], [picture], [noSound, picture]],
    [
      [sound, picture],
      [picture, sound],
      [sound, picture],
    ],
    [[picture, sound], [sound], [noPicture, sound]],
    [
      [noSound, picture],
      [sound, picture],
      [sound, picture],
    ],
    [[sound], [picture], [noSound, picture]],
    [
      [sound, picture],
      [VIDEO, sound, picture],
      [sound, VIDEO, picture],
    ],
    [[picture], [sound, 'm=text 9 X t', picture], [picture, sound, 'm=text 9 X t']],
  ] as const) {
    const said = following(description(origin(4), ...before), other(...next), true)
    assert.equal(said, description(origin(5), ...fit))
    assert.equal(answering(other(...next), said), description(origin(5), ...next))
  }
  const open = description(origin(4), sound, picture)
  const last = `${description(origin(1), VIDEO)}a=end`
  assert.equal(
    following(open, last, true),
    `${description(origin(5), noSound, VIDEO)}a=end\r\n`,
    'a last line without an end',
  )
  assert.equal(answering(other(picture, sound), other(sound)), other(noPicture, sound), 'an answer too short')
})

test('any text, in a time that grows with its length', () => {
  const many = (line: string): string => description('- 1 1 IN IP4 x', ...Array(8000).fill(line))
  const odd = [
    'm=',
    'm=audio',
    'm=audio 1',
    `m=${'x'.repeat(60_000)}`,
    '\r\n'.repeat(30_000),
    'o=a b 1 c\nm=a 1 b c',
  ]
  const texts = [
    ...odd,
    ...odd.map((text) => first + text),
    many('m=audio 1 X 0'),
    many('m=video 1 X 0\r\na=x'),
  ]
  for (const said of texts)
    for (const next of texts) {
      following(said, next, true)
      answering(said, next)
    }
})

test('what is no description is left as it is', () => {
  for (const odd of ['', 'o=', 'o=a b c IN IP4 x', 'v=0\r\no=- 1\r\n']) {
    assert.equal(following(first, odd, true), odd)
    assert.equal(following(odd, first, true), first)
  }
})
