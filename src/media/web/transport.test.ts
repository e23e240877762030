import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSdp, readWeb, type WebSaid } from '#sdp'
import { BROWSER_FORMATS } from './terms.ts'
import { Transport } from './transport.ts'

const FINGERPRINT = Array(32).fill('A7').join(':')
let numbers = 0
const aTransport = (): Transport =>
  new Transport({
    ...{
      id: 1,
      name: 'page',
      pair: { slot: 0, port: 6000, bind: '127.0.0.1', freedAtMs: 0 },
      fingerprint: FINGERPRINT,
    },
    addresses: [{ family: 4, address: '192.0.2.1' }],
    credentials: () => ({ ufrag: 'ours', pwd: 'ours-is-long-enough-now' }),
    number: () => ++numbers,
  })

const read = (text: string): WebSaid => {
  const parsed = parseSdp(text)
  const said = parsed.ok ? readWeb(parsed.value) : parsed
  assert.ok(said.ok)
  return said.value
}

/** What a page answers that has stopped its transceivers for pictures: RFC 8829 §5.3.1, port 0. */
const withoutPicture = (offer: string, version: number): WebSaid => {
  const text = offer
    .replace(/^o=.*$/m, `o=- 77 ${version} IN IP4 127.0.0.1`)
    .replaceAll('a=setup:actpass', 'a=setup:active')
    .replace(/^m=video \d+/gm, 'm=video 0')
  return read(text)
}

const mediaOf = (text: string) => text.match(/^m=.*$/gm) ?? []
const midsOf = (text: string) => [...text.matchAll(/^a=mid:(\S+)$/gm)].map(([, mid]) => mid)

const SOUND = { formats: BROWSER_FORMATS.audio, direction: 'sendrecv' } as const
const BOTH = { audio: SOUND, video: { formats: BROWSER_FORMATS.video, direction: 'sendrecv' } } as const

test('a page that stops its picture at each offer is offered another one in the same place', () => {
  const transport = aTransport()
  const named = new Set<string | undefined>()
  for (let round = 1; round <= 20; round++) {
    const offer = transport.offer(BOTH)
    assert.equal(mediaOf(offer).length, 2)
    assert.match(mediaOf(offer)[1] ?? '', /^m=video 6000 /)
    const [sound, picture] = midsOf(offer)
    assert.equal(sound, 'audio')
    // Another medium in that place has another name, RFC 8829 §5.2.2.
    assert.equal(named.has(picture), false)
    named.add(picture)
    assert.equal(transport.hear(withoutPicture(offer, round)), 'answer')
    assert.equal(transport.view().video, undefined)
  }
})

test('a place is not taken again before the page has heard that it is free', () => {
  const transport = aTransport()
  transport.hear(withoutPicture(transport.offer({ audio: SOUND }), 1))
  const [first, second] = [transport.offer(BOTH), transport.offer(BOTH)]
  assert.deepEqual([mediaOf(first).length, mediaOf(second).length], [2, 2])
  // An offer that nobody saw leaves nothing behind.
  assert.equal(mediaOf(transport.offer({ audio: SOUND })).length, 1)
})
