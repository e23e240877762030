import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { after, before, describe, test } from 'node:test'
import { decodeRtcp, decodeRtp, encodeRtcp, type RtcpPacket } from '#rtp'
import { aTonePhone } from '../support/tone-phone.ts'
import { holds, sleep, until } from '../support/wait.ts'
import { aWebEngine, CALLEE_AT, CALLER_AT, given } from '../support/web-engine.ts'
import { aWebPeer, type WebPeer } from '../support/web-peer.ts'
import { PCMU, VIDEO } from '../support/web-peer-sdp.ts'
import { speak } from '../support/web-peer-speech.ts'

let names = 0
const aName = (): string => `n${++names}`

for (const native of [true, false])
  describe(`browsers' media over ${native ? 'native sockets' : 'node:dgram'}`, () => {
    let engine: Awaited<ReturnType<typeof aWebEngine>>
    before(async () => {
      engine = await aWebEngine({ native })
    })
    after(() => engine.media.close())

    /** A browser calls a telephone, or the other way round. */
    const aCall = async (
      from: 'web' | 'phone',
      plan: { law?: 'PCMU' | 'PCMA'; setup?: 'active' | 'passive'; web?: string; peer?: WebPeer } = {},
    ) => {
      const { media } = engine
      const [call, web] = [aName(), plan.web ?? aName()]
      const phone = await aTonePhone(plan.law ?? 'PCMU', 1000)
      const peer = plan.peer ?? (await aWebPeer(plan.setup ? { setup: plan.setup } : {}))
      if (from === 'web') {
        const at = { ...CALLER_AT, ...CALLEE_AT, callerWeb: web }
        const offered = given(await media.offer(call, 'caller', peer.offer(), at))
        peer.accept(given(await media.answer(call, 'callee', phone.description())))
        phone.hum(offered)
      } else {
        const at = { ...CALLER_AT, ...CALLEE_AT, calleeWeb: web }
        const offered = given(await media.offer(call, 'caller', phone.description(), at))
        phone.hum(given(await media.answer(call, 'callee', peer.answer(offered), { web })))
      }
      await peer.connected
      return {
        ...{ call, web, phone, peer },
        end: () => {
          media.close(call)
          media.leave(web)
          phone.close()
          peer.close()
        },
      }
    }

    const hears = (peer: WebPeer) => {
      const { packets } = peer.heard.audio
      return until('the browser hears', () => peer.heard.audio.packets > packets + 5)
    }

    test('a browser calls a telephone, and both are heard', async () => {
      const { call, peer, phone, end } = await aCall('web')
      const stop = speak([peer])
      await hears(peer)
      await until('the phone hears', () => phone.sequences.length > 10)
      assert.deepEqual([...peer.heard.audio.types], [0])
      assert.equal(peer.heard.audio.lost, 0)
      const [mine] = await engine.media.stats(call, 'caller')
      assert.equal(mine?.dir, 'sendrecv')
      assert.equal(mine?.rtpAddr, `127.0.0.1:${peer.port}`)
      assert.equal(mine?.lost, 0)
      stop()
      end()
    })

    for (const setup of ['active', 'passive'] as const)
      test(`a telephone calls a browser that is ${setup}`, async () => {
        const { peer, phone, end } = await aCall('phone', { setup })
        const stop = speak([peer])
        await hears(peer)
        await until('the phone hears', () => phone.sequences.length > 10)
        stop()
        end()
      })

    test('two browsers speak Opus and see each other; requests for pictures reach the sender', async () => {
      const { media } = engine
      const [call, one, two] = [aName(), aName(), aName()]
      const [a, b] = [await aWebPeer({ video: true }), await aWebPeer({ video: true })]
      const at = { ...CALLER_AT, ...CALLEE_AT, callerWeb: one, calleeWeb: two }
      const offered = given(await media.offer(call, 'caller', a.offer(), at))
      a.accept(given(await media.answer(call, 'callee', b.answer(offered), { web: two })))
      await Promise.all([a.connected, b.connected])
      const stop = speak([a, b])
      await Promise.all([hears(a), hears(b)])
      assert.deepEqual([...a.heard.audio.types], [111])
      const picture = setInterval(() => a.send('video', new Uint8Array(900).fill(1), 3000), 20)
      await until('a picture', () => b.heard.video.packets > 5)
      a.rtcp.length = 0
      await sleep(1000)
      const media1 = [...b.heard.video.ssrcs][0] ?? 0
      const own = b.voices.video.ssrc
      b.report(
        encodeRtcp([
          { kind: 'rr', ssrc: own, reports: [] },
          { kind: 'feedback', type: 206, format: 1, ssrc: own, media: media1, data: new Uint8Array(0) },
        ]),
      )
      const asks = (compound: Uint8Array): boolean => {
        const packets = decodeRtcp(compound)
        return packets.ok && packets.value.some((one) => isPictureRequest(one, a.voices.video.ssrc))
      }
      await until('the request', () => a.rtcp.some(asks))
      clearInterval(picture)
      stop()
      media.close(call)
      for (const [web, peer] of [
        [one, a],
        [two, b],
      ] as const) {
        media.leave(web)
        peer.close()
      }
    })

    test('what changes behind a browser is one stream to it', async () => {
      const first = await aCall('web')
      const { peer, web, call } = first
      const numbers: number[] = []
      const times: number[] = []
      peer.onRtp = (_kind, packet) => {
        const read = decodeRtp(packet)
        if (read.ok) numbers.push(read.value.sequence) && times.push(read.value.timestamp)
      }
      await hears(peer)
      const stop = speak([peer])
      const second = aName()
      const other = await aTonePhone('PCMA', 2000, 77)
      const offered = given(
        await engine.media.offer(second, 'caller', peer.offer(), {
          ...CALLER_AT,
          ...CALLEE_AT,
          callerWeb: web,
        }),
      )
      given(await engine.media.answer(second, 'callee', other.description()))
      other.hum(offered)
      await until('the other is spoken to', () => other.sequences.length > 5)
      await hears(peer)
      engine.media.attach(call, 'caller')
      first.phone.sequences.length = 0
      await until('the first one is spoken to again', () => first.phone.sequences.length > 5)
      await hears(peer)
      assert.equal(peer.heard.audio.ssrcs.size, 1)
      for (let i = 1; i < numbers.length; i++)
        assert.equal(((numbers[i] ?? 0) - (numbers[i - 1] ?? 0)) & 0xffff, 1)
      for (let i = 1; i < times.length; i++)
        assert.ok(((times[i] ?? 0) - (times[i - 1] ?? 0)) >>> 0 < 8000 * 60, 'timestamps rise')
      stop()
      engine.media.close(second)
      other.close()
      first.end()
    })

    test('a browser on another network goes on, and one that begins ICE anew keeps its keys', async () => {
      const { peer, phone, web, end } = await aCall('web')
      const stop = speak([peer])
      await hears(peer)
      const { keys } = peer
      await peer.move()
      await hears(peer)
      peer.restart()
      peer.accept(given(await engine.media.refresh(web, peer.offer())))
      await peer.move()
      await hears(peer)
      phone.sequences.length = 0
      await until('the phone hears', () => phone.sequences.length > 10)
      assert.equal(peer.keys, keys)
      stop()
      end()
    })

    test('keys pressed by the engine reach telephone and browser', async () => {
      const { call, peer, phone, end } = await aCall('web')
      await hears(peer)
      engine.media.dtmf(call, 'callee', '5', 100)
      engine.media.dtmf(call, 'callee', '#', 100)
      await until('both keys', () => phone.keys().length === 2)
      await until('their ends', () => phone.keys().every(({ duration }) => duration === 800))
      assert.deepEqual(
        phone.keys().map(({ event }) => event),
        [5, 11],
      )
      engine.media.dtmf(call, 'caller', '7', 60)
      await until('the browser gets one', () => peer.heard.audio.types.has(126))
      await hears(peer)
      end()
    })

    test('a held browser hears nothing, and a telephone that holds is answered in kind', async () => {
      const { call, peer, phone, end } = await aCall('web')
      const stop = speak([peer])
      await hears(peer)
      const held = given(await engine.media.offer(call, 'callee', phone.description('sendonly', 2)))
      assert.match(held, /UDP\/TLS\/RTP\/SAVPF/)
      const answer = given(await engine.media.answer(call, 'caller', peer.offer()))
      assert.match(answer, /a=recvonly/)
      await until('nothing goes to the phone', async () => {
        const { length } = phone.sequences
        await sleep(100)
        return phone.sequences.length === length
      })
      await hears(peer)
      stop()
      end()
    })

    test('one who rings with telephones wins: the others lose their place', async () => {
      const { media } = engine
      const [call, one, two] = [aName(), aName(), aName()]
      const caller = await aTonePhone('PCMU', 1000)
      const peer = await aWebPeer({ audio: PCMU })
      const at = (web?: string) => ({ ...CALLER_AT, ...CALLEE_AT, ...(web && { calleeWeb: web }) })
      given(await media.offer(call, 'caller', caller.description(), at(one)))
      const mine = given(await media.offer(call, 'caller', caller.description(), at(two)))
      const plain = given(await media.offer(call, 'caller', caller.description(), at()))
      assert.match(plain, /RTP\/AVP/)
      caller.hum(given(await media.answer(call, 'callee', peer.answer(mine), { web: two })))
      await peer.connected
      await hears(peer)
      media.close(call)
      for (const web of [one, two]) media.leave(web)
      peer.close()
      caller.close()
    })

    test('an echo, and an offer of ours that the telephone comes to late', async () => {
      const { media } = engine
      const [call, web] = [aName(), aName()]
      const peer = await aWebPeer()
      peer.accept(given(await media.echo(call, 'caller', peer.offer(), { ...CALLER_AT, callerWeb: web })))
      await peer.connected
      const stop = speak([peer])
      await hears(peer)
      media.close(call)
      const [late, mine] = [aName(), aName()]
      const asked = await aWebPeer()
      const offered = given(await media.ask(mine, { video: false, address: '127.0.0.1' }))
      const phone = await aTonePhone('PCMA', 1000)
      const told = given(
        await media.offer(late, 'callee', asked.answer(offered), {
          ...CALLER_AT,
          ...CALLEE_AT,
          calleeWeb: mine,
        }),
      )
      given(await media.answer(late, 'caller', phone.description()))
      phone.hum(told)
      await asked.connected
      await hears(asked)
      stop()
      media.close(late)
      for (const name of [web, mine]) media.leave(name)
      peer.close()
      asked.close()
      phone.close()
    })

    test('descriptions that are none leave nothing behind', async () => {
      const { media } = engine
      const peer = await aWebPeer()
      const good = peer.offer()
      const bad = [
        '',
        'v=0',
        good.replace(/a=ice-pwd.*\r\n/, ''),
        good.replace(/m=audio.*/, 'm=audio 9 RTP/AVP 0'),
        good.replace(/a=fingerprint.*\r\n/, ''),
      ]
      const calls = media.figures().calls
      for (const text of bad) {
        const [call, web] = [aName(), aName()]
        const at = { ...CALLER_AT, ...CALLEE_AT, callerWeb: web }
        assert.equal((await media.offer(call, 'caller', text, at)).ok, false)
        assert.equal((await media.refresh(web, good)).ok, false)
        assert.equal((await media.answer(call, 'callee', good)).ok, false)
      }
      assert.equal(media.figures().calls, calls)
      peer.close()
    })

    test('who is not the browser is not heard: neither handshakes nor speech from a third address', async () => {
      const { media, told } = engine
      const { peer, phone, web, end } = await aCall('web')
      await hears(peer)
      const port = peer.remote?.port ?? 0
      const stranger = createSocket('udp4')
      const before = media.figures()
      const hello = Buffer.concat([
        Buffer.from('16fefd000000000000000000300100002400000000000000', 'hex'),
        Buffer.alloc(37),
      ])
      const speech = Buffer.alloc(172, 0x55)
      speech.set([0x80, 0])
      for (let i = 0; i < 20; i++)
        for (const octets of [hello, speech]) stranger.send(octets, port, '127.0.0.1')
      await until('they are counted', () => media.figures().strangers >= before.strangers + 40)
      assert.equal(phone.sequences.length, 0)
      assert.ok(!told.some(({ op, values }) => op === 'onWeb' && values[0] === web && values[1] === 'lost'))
      await hears(peer)
      stranger.close()
      end()
    })

    test('a telephone that cannot say so is asked for pictures by signalling', async () => {
      const { media, told } = engine
      const [call, web] = [aName(), aName()]
      const peer = await aWebPeer({ video: VIDEO })
      const phone = await aTonePhone('PCMU', 1000)
      const at = { ...CALLER_AT, ...CALLEE_AT, callerWeb: web }
      const offered = given(await media.offer(call, 'caller', peer.offer(), at))
      assert.match(offered, /m=video \d+ RTP\/AVP 102\r\n/)
      const video =
        'm=video 9 RTP/AVP 102\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 profile-level-id=42e01f;packetization-mode=1\r\n'
      peer.accept(given(await media.answer(call, 'callee', phone.description() + video)))
      await peer.connected
      media.picture(call, 'callee')
      const wanted = () => told.filter(({ op, values }) => op === 'onPictureWanted' && values[0] === call)
      await until('the wish', () => wanted().length > 0)
      assert.deepEqual(wanted()[0]?.values, [call, 'callee'])
      media.close(call)
      media.leave(web)
      peer.close()
      phone.close()
    })
  })

describe("browsers' media with several workers", () => {
  test('have one of them: a call that becomes theirs moves there', async () => {
    const { media } = await aWebEngine({ workers: 3 })
    const names = ['a', 'b', 'c', 'd']
    const phones = await Promise.all(names.map(() => aTonePhone('PCMU', 1000)))
    for (const [index, name] of names.entries()) {
      const phone = phones[index] as (typeof phones)[number]
      given(await media.offer(name, 'caller', phone.description(), { ...CALLER_AT, ...CALLEE_AT }))
      given(await media.answer(name, 'callee', phone.description()))
      const peer = await aWebPeer()
      const web = `web ${name}`
      const at = { ...CALLER_AT, ...CALLEE_AT, calleeWeb: web }
      const offered = given(await media.offer(name, 'caller', phone.description('sendrecv', 2), at))
      phone.hum(given(await media.answer(name, 'callee', peer.answer(offered), { web })))
      await peer.connected
      await until('the browser hears', () => peer.heard.audio.packets > 5)
      media.close(name)
      media.leave(web)
      peer.close()
      phone.close()
    }
    await media.close()
  })

  test('a browser that speaks what the other side cannot take is to be asked', async () => {
    const { media, told } = await aWebEngine()
    const [one, two] = [await aWebPeer(), await aWebPeer()]
    const at = { ...CALLER_AT, ...CALLEE_AT }
    const offered = given(
      await media.offer('first', 'caller', one.offer(), { ...at, callerWeb: '1', calleeWeb: '2' }),
    )
    const said = two.answer(offered)
    one.accept(given(await media.answer('first', 'callee', said, { web: '2' })))
    await Promise.all([one.connected, two.connected])
    const phone = await aTonePhone('PCMA', 1000)
    given(await media.offer('second', 'caller', phone.description(), { ...at, calleeWeb: '2' }))
    phone.hum(given(await media.answer('second', 'callee', said, { web: '2' })))
    await holds('it is to be asked', () =>
      assert.deepEqual(
        told.filter(({ values }) => values[1] === 'ask').map(({ values }) => values[0]),
        ['2'],
      ),
    )
    const asked = given(await media.ask('2', { video: false }))
    assert.match(asked, /m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 /)
    assert.equal(given(await media.refresh('2', two.answer(asked))), '')
    const stop = speak([two])
    await until('the phone hears', () => phone.sequences.length > 10)
    await until('the browser hears', () => two.heard.audio.types.has(8))
    stop()
    for (const peer of [one, two]) peer.close()
    phone.close()
    await media.close()
  })
})

const isPictureRequest = (packet: RtcpPacket, ssrc: number): boolean =>
  packet.kind === 'feedback' && packet.type === 206 && packet.format === 1 && packet.media === ssrc
