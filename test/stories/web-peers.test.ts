import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { encodeRtcp } from '#rtp'
import { openUdp } from '../support/udp-socket.ts'
import { until } from '../support/wait.ts'
import { aWebEngine, CALLEE_AT, CALLER_AT, given } from '../support/web-engine.ts'
import { aWebPeer, type PeerPlan, type WebPeer } from '../support/web-peer.ts'
import { PCMU } from '../support/web-peer-sdp.ts'

const engine = await aWebEngine({ native: true })
const { media } = engine
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})
after(() => media.close())

let calls = 0
/** Two scripted browsers whose calls the engine carries, after both are connected. */
const aCall = async (caller: PeerPlan = {}, callee: PeerPlan = {}) => {
  const call = `call-${++calls}`
  const webs = { callerWeb: `${call}-a`, calleeWeb: `${call}-b` }
  const [alice, bob] = [
    await aWebPeer({ audio: PCMU, ...caller }),
    await aWebPeer({ audio: PCMU, ...callee }),
  ]
  ends.push(() => {
    alice.close()
    bob.close()
    media.close(call)
    for (const name of Object.values(webs)) media.leave(name)
  })
  const options = { ...CALLER_AT, ...CALLEE_AT, ...webs }
  const offered = given(await media.offer(call, 'caller', alice.offer(), options))
  alice.accept(given(await media.answer(call, 'callee', bob.answer(offered), { web: webs.calleeWeb })))
  await Promise.all([alice.connected, bob.connected])
  return { call, alice, bob, ...webs }
}

/** Speaks until the other one has heard something new. */
const reaches = async (from: WebPeer, to: WebPeer, octet: number): Promise<void> => {
  const timer = setInterval(() => from.send('audio', new Uint8Array(160).fill(octet)), 20)
  try {
    await until(`octet ${octet} arrives`, () => to.heard.audio.payload[0] === octet)
  } finally {
    clearInterval(timer)
  }
}

describe('scripted browsers and the engine', () => {
  const plans: [string, PeerPlan, PeerPlan][] = [
    ['one is active in DTLS, one passive', {}, { setup: 'passive' }],
    ['the called one is active', {}, { setup: 'active' }],
    [
      'each has another SRTP profile',
      { profiles: ['SRTP_AES128_CM_HMAC_SHA1_80'] },
      { profiles: ['SRTP_AEAD_AES_128_GCM'] },
    ],
  ]
  for (const [what, caller, callee] of plans)
    test(`speak with each other: ${what}`, async () => {
      const { alice, bob } = await aCall(caller, callee)
      await reaches(alice, bob, 0x11)
      await reaches(bob, alice, 0x22)
      assert.equal(alice.heard.audio.ssrcs.size, 1)
      assert.deepEqual([...bob.heard.audio.types], [0])
      assert.equal(alice.heard.audio.lost + bob.heard.audio.lost, 0)
      assert.equal(alice.mapped, `127.0.0.1:${alice.port}`)
    })

  test('sequence numbers may begin at their end', async () => {
    const { alice, bob } = await aCall({ sequence: 0xfff8 })
    const timer = setInterval(() => alice.send('audio', new Uint8Array(160)), 5)
    await until('thirty packets arrive', () => bob.heard.audio.packets > 30)
    clearInterval(timer)
    assert.equal(bob.heard.audio.lost, 0)
  })

  test('an ICE restart from another network keeps the association', async () => {
    const { callerWeb, alice, bob } = await aCall()
    await reaches(alice, bob, 0x51)
    const { keys } = alice
    alice.restart()
    await alice.move()
    alice.accept(given(await media.refresh(callerWeb, alice.offer())))
    await reaches(alice, bob, 0x52)
    await reaches(bob, alice, 0x53)
    assert.equal(alice.keys, keys)
  })

  test('a stranger is not answered, and a wrong role is', async () => {
    const { alice } = await aCall()
    // Of its own it checks every two seconds: the next one is far when one was answered just now.
    const before = alice.counted.consents
    await until('a consent', () => alice.counted.consents > before, { everyMs: 5 })
    const { forged, consents } = alice.counted
    alice.check({ pwd: 'a-stranger-of-22-chars' })
    alice.check({ role: 'controlled' })
    await until('the conflict is told', () => alice.counted.conflicts === 1, { everyMs: 5 })
    assert.deepEqual([alice.counted.forged, alice.counted.consents], [forged, consents])
  })

  test('hellos, packets and checks from a third address are nobody', async () => {
    const { alice, bob } = await aCall()
    await reaches(alice, bob, 0x55)
    const { strangers } = media.figures()
    const socket = await openUdp()
    let answers = 0
    socket.onPacket = () => answers++
    const hello = Buffer.from(
      `16fefd0000000000000000003601000036000000000000002afefd${'07'.repeat(32)}00000002c02b0100`,
      'hex',
    )
    const rtp = new Uint8Array(172).fill(0x80, 0, 1)
    for (const datagram of [
      hello,
      rtp,
      Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...new Uint8Array(12)),
    ])
      socket.send(datagram, { address: '127.0.0.1', port: alice.remote?.port ?? 0 })
    await until('they are counted', () => media.figures().strangers >= strangers + 3)
    await reaches(alice, bob, 0x56)
    await reaches(bob, alice, 0x57)
    assert.equal(answers, 0)
    socket.close()
  })

  test('junk on every layer changes nothing', async () => {
    const { alice, bob } = await aCall()
    await reaches(alice, bob, 0x61)
    for (let first = 0; first < 256; first++) {
      const junk = crypto.getRandomValues(new Uint8Array(80))
      junk[0] = first
      alice.raw(junk)
      alice.raw(junk.subarray(0, first % 20))
    }
    await reaches(alice, bob, 0x62)
    await reaches(bob, alice, 0x63)
  })

  test('a picture that lacks something is mended on the way, unless it is too old', async () => {
    const { alice, bob } = await aCall({ video: true }, { video: true })
    const ear = bob.heard.video
    const show = async (): Promise<void> => {
      const { packets } = ear
      alice.send('video', new Uint8Array(700).fill(9), 3600)
      if (!bob.deaf) await until('a piece of the picture', () => ear.packets > packets)
    }
    /** RFC 4585 §6.2.1: that number, and no others. */
    const lack = (sequence: number): void => {
      const data = Uint8Array.of(sequence >> 8, sequence & 255, 0, 0)
      const media = [...ear.ssrcs][0] ?? 0
      const { ssrc } = bob.voices.video
      bob.report(
        encodeRtcp([
          { kind: 'rr', ssrc, reports: [] },
          { kind: 'feedback', type: 205, format: 1, ssrc, media, data },
        ]),
      )
    }
    const timer = setInterval(() => alice.send('video', new Uint8Array(700), 3600), 20)
    await until('the picture flows', () => ear.packets > 3)
    clearInterval(timer)
    await show()
    // The first complaint only tells that there are losses.
    lack(0)
    await until('it is heard', () => alice.rtcp.length > 0)
    await show()
    bob.deaf = true
    const { missed } = bob.counted
    await show()
    await until('it came to nobody', () => bob.counted.missed > missed)
    bob.deaf = false
    await show()
    assert.equal(ear.lost, 1)
    lack((ear.highest - 1) & 0xffff)
    await until('the gap is filled', () => ear.lost === 0)
  })

  test('reports come back', async () => {
    const { alice, bob } = await aCall()
    await reaches(alice, bob, 0x71)
    alice.report(encodeRtcp([{ kind: 'rr', ssrc: alice.voices.audio.ssrc, reports: [] }]))
    await until('a report comes', () => bob.rtcp.length > 0 && alice.rtcp.length > 0)
  })
})
