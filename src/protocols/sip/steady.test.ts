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

test('what is no description is left as it is', () => {
  for (const odd of ['', 'o=', 'o=a b c IN IP4 x', 'v=0\r\no=- 1\r\n']) {
    assert.equal(following(first, odd, true), odd)
    assert.equal(following(odd, first, true), first)
  }
})
