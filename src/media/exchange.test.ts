import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Side } from '#core'
import type { Listener } from './call.ts'
import type { MediumPlan } from './commands.ts'
import { createExchange, createRoster } from './exchange.ts'
import type { Hand } from './hand.ts'
import { createPortPool, createPortRange } from './ports.ts'

const LISTENERS: Listener[] = [
  { index: 0, family: 4, address: '203.0.113.1' },
  { index: 1, family: 6, address: '2001:db8::1' },
]

/** An exchange whose hand only notes what it is told; its ports are bound by assertion. */
const anExchange = (pairs = 20, listeners = LISTENERS) => {
  const plans = new Map<number, MediumPlan[]>()
  const pools = LISTENERS.map(({ address }) => {
    const pool = createPortPool({
      ...{ bind: address, range: createPortRange(10_000, 9999 + 2 * pairs, () => 0), nowMs: () => 0 },
      takeSlot: () => slots++ * 2,
      giveSlot: () => {},
      // Every pair that a call holds is spoken to.
      heard: (slot) => held.has(slot),
      forget: (slot) => held.add(slot),
      open: (asked) => queueMicrotask(() => asked.forEach(({ slot }) => void pool.onOpened(slot, true))),
    })
    return pool
  })
  let slots = 0
  const held = new Set<number>()
  const hand = {
    pools,
    calls: 0,
    settle: (call: number, media: MediumPlan[]) => plans.set(call, media),
    close: (call: number) => plans.delete(call),
    stats: async () => [],
  }
  const calls = createRoster()
  const exchange = createExchange({ hands: [hand as unknown as Hand], calls, listeners })
  const offer = async (side: Side, sdp: string, options = {}) =>
    textOf(await exchange.offer('call', side, sdp, options))
  const answer = async (side: Side, sdp: string) => textOf(await exchange.answer('call', side, sdp))
  return { exchange, calls, pools, offer, answer, plan: () => plans.get(1) ?? [] }
}
const textOf = (result: { ok: true; value: string } | { ok: false; error: string }) =>
  result.ok ? result.value : `refused: ${result.error}`

const sdp = (...lines: string[]) =>
  ['v=0', 'o=- 5 5 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join('\r\n')
const sdp6 = (...lines: string[]) => sdp(...lines).replaceAll('IN IP4 192.0.2.1', 'IN IP6 2001:db8::99')
const AUDIO = 'm=audio 4000 RTP/AVP 0 101'
const VIDEO = 'm=video 4002 RTP/AVP 34'
const EVENTS = 'a=rtpmap:101 telephone-event/8000'
const mediaOf = (text: string) => text.split('\r\n').filter((line) => line.startsWith('m='))
const originOf = (text: string) => /^o=- (\d+) (\d+) /m.exec(text)?.slice(1).map(Number) ?? []

describe('offer and answer', () => {
  test('put our addresses and ports in, and tell the worker how media flow', async () => {
    const { offer, answer, plan } = anExchange()
    const offered = await offer('caller', sdp(AUDIO, EVENTS))
    const answered = await answer(
      'callee',
      sdp('m=audio 6000 RTP/AVP 0 101', EVENTS, 'a=rtcp:6100', 'a=recvonly'),
    )
    for (const text of [offered, answered]) assert.match(text, /c=IN IP4 203\.0\.113\.1\r\n/)
    const [medium] = plan()
    assert.deepEqual(medium?.types, [0, 101])
    assert.deepEqual(medium?.events, [[101, 8000]])
    const { slot, ...caller } = medium?.caller ?? {}
    assert.deepEqual(caller, {
      ...{ address: '192.0.2.1', port: 4000, rtcpAddress: '192.0.2.1', rtcpPort: 4001 },
      ...{ mux: false, direction: 'sendrecv' },
    })
    assert.equal(medium?.callee?.rtcpPort, 6100)
    assert.equal(medium?.callee?.direction, 'recvonly')
  })

  test('join IPv4 and IPv6', async () => {
    const { offer, answer } = anExchange()
    assert.match(await offer('caller', sdp(AUDIO), { calleeListener: 1 }), /c=IN IP6 2001:db8::1\r\n/)
    assert.match(await answer('callee', sdp6(AUDIO)), /c=IN IP4 203\.0\.113\.1\r\n/)
  })

  test('take another listener when the wished one is of the wrong family', async () => {
    const { offer, plan, answer } = anExchange()
    await offer('caller', sdp6(AUDIO), { callerListener: 0, calleeListener: 0 })
    assert.match(await answer('callee', sdp(AUDIO)), /c=IN IP6 2001:db8::1\r\n/)
    assert.equal(plan()[0]?.caller?.address, '2001:db8::99')
  })

  test('keep one origin per side, whose version grows only with a change', async () => {
    const { offer, answer } = anExchange()
    const first = await offer('caller', sdp(AUDIO))
    assert.equal(await offer('caller', sdp(AUDIO)), first)
    const early = await answer('callee', sdp(AUDIO))
    assert.equal(await answer('callee', sdp(AUDIO)), early)
    const held = await offer('caller', sdp(AUDIO, 'a=sendonly'))
    assert.deepEqual(mediaOf(held), mediaOf(first), 'ports stay')
    const [session, version] = originOf(first)
    assert.deepEqual(originOf(held), [session, (version ?? 0) + 1])
    const back = await offer('callee', sdp(AUDIO))
    assert.equal(originOf(back)[0], originOf(early)[0], 'the same session to the same side')
  })

  test('refuse unknown media at their places and go on with the others', async () => {
    const { offer, answer, plan } = anExchange()
    const offered = await offer('caller', sdp('m=message 2855 TCP/MSRP *', AUDIO, VIDEO))
    assert.equal(mediaOf(offered)[0], 'm=message 0 TCP/MSRP *')
    const answered = await answer('callee', sdp('m=audio 6000 RTP/AVP 0', 'm=video 0 RTP/AVP 34'))
    assert.deepEqual(
      mediaOf(answered).map((line) => line.replace(/ 1\d{4} /, ' OWN ')),
      ['m=message 0 TCP/MSRP *', 'm=audio OWN RTP/AVP 0', 'm=video 0 RTP/AVP 34'],
    )
    assert.deepEqual(
      plan().map(({ index }) => index),
      [1],
    )
  })

  test('turn a hold by address into a direction', async () => {
    const { offer, answer, plan } = anExchange()
    await offer('caller', sdp(AUDIO))
    await answer('callee', sdp(AUDIO))
    const held = await offer('caller', sdp(AUDIO, 'c=IN IP4 0.0.0.0'))
    assert.match(held, /c=IN IP4 203\.0\.113\.1\r\n(?:.*\r\n)*a=sendonly\r\n/)
    await answer('callee', sdp(AUDIO, 'a=recvonly'))
    assert.equal(plan()[0]?.caller?.direction, 'sendonly')
    assert.equal(plan()[0]?.caller?.address, '')
  })

  test('accept multiplexed RTCP from the side that offers it, without asking the other', async () => {
    const { offer, answer, plan } = anExchange()
    assert.doesNotMatch(await offer('caller', sdp(AUDIO, 'a=rtcp-mux')), /rtcp-mux/)
    assert.match(await answer('callee', sdp(AUDIO)), /a=rtcp-mux\r\n/)
    assert.deepEqual([plan()[0]?.caller?.mux, plan()[0]?.callee?.mux], [true, false])
    assert.match(await offer('callee', sdp(AUDIO)), /a=rtcp-mux\r\n/, 'a later offer to it goes on with it')
  })

  test('give the sockets of a medium back that an offer ends', async () => {
    const { offer, answer, pools, exchange } = anExchange()
    await offer('caller', sdp(AUDIO, VIDEO))
    await answer('callee', sdp(AUDIO, VIDEO))
    assert.equal(pools[0]?.figures().resting, 0)
    await offer('caller', sdp(AUDIO, 'm=video 0 RTP/AVP 34'))
    await answer('callee', sdp(AUDIO, 'm=video 0 RTP/AVP 34'))
    assert.equal(pools[0]?.figures().resting, 2)
    exchange.close('call')
    assert.equal(pools[0]?.figures().resting, 4)
  })

  test('let a side move to another listener', async () => {
    const { offer, pools } = anExchange()
    await offer('caller', sdp(AUDIO), { calleeListener: 0 })
    assert.match(await offer('caller', sdp(AUDIO), { calleeListener: 1 }), /c=IN IP6 /)
    assert.equal(pools[0]?.figures().resting, 1)
  })
})

describe('what cannot be served', () => {
  test('is refused by its kind, and holds nothing', async () => {
    const { offer, answer, calls } = anExchange()
    assert.equal(await offer('caller', 'hello'), 'refused: bad-request')
    assert.equal(await offer('caller', sdp('m=message 2855 TCP/MSRP *')), 'refused: not-acceptable-media')
    assert.equal(
      await offer('caller', sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111')),
      'refused: not-acceptable-media',
    )
    assert.equal(await offer('caller', sdp(AUDIO, 'c=IN IP4 224.2.1.1/127')), 'refused: unsupported-address')
    assert.equal(
      await offer('caller', sdp(AUDIO, 'c=IN IP4 255.255.255.255')),
      'refused: unsupported-address',
    )
    assert.equal(await answer('callee', sdp(AUDIO)), 'refused: bad-request')
    assert.equal(calls.size, 0)
  })

  test('an answer from the wrong side or of the wrong family', async () => {
    const { offer, answer } = anExchange()
    await offer('caller', sdp(AUDIO))
    assert.equal(await answer('caller', sdp(AUDIO)), 'refused: bad-request')
    assert.equal(await answer('callee', sdp6(AUDIO)), 'refused: unsupported-address')
  })

  test('more media than there are ports', async () => {
    const { offer, calls, pools } = anExchange(3)
    assert.equal(await offer('caller', sdp(AUDIO, VIDEO)), 'refused: overloaded')
    assert.equal(calls.size, 0)
    assert.equal(pools[0]?.figures().resting, 3)
  })
})

test('an echo answers for itself, and mirrors a hold', async () => {
  const { exchange, plan } = anExchange()
  const answer = textOf(await exchange.echo('call', 'caller', sdp(AUDIO, EVENTS, VIDEO)))
  assert.equal(mediaOf(answer).length, 2)
  assert.deepEqual(
    plan().map(({ caller, callee }) => [caller !== undefined, callee]),
    [
      [true, undefined],
      [true, undefined],
    ],
  )
  const held = textOf(await exchange.echo('call', 'caller', sdp(AUDIO, 'c=IN IP4 0.0.0.0')))
  assert.match(held, /a=recvonly\r\n/)
})

describe('an offer of the house', () => {
  const aCall = async (answered: string, options = {}) => {
    const tools = anExchange()
    const invited = textOf(await tools.exchange.invite('call', 'callee', options))
    return { ...tools, invited, answered: await tools.answer('callee', answered) }
  }

  test('is speech in the usual codecs at our own place, and one leg sends back what arrives', async () => {
    const { invited, plan } = await aCall(sdp('m=audio 4000 RTP/AVP 0 101', EVENTS))
    assert.match(invited, /^v=0\r\no=- \d+ 1 IN IP4 203\.0\.113\.1\r\ns=-\r\nc=IN IP4 203\.0\.113\.1\r\n/)
    assert.match(invited, /m=audio 10\d\d\d RTP\/AVP 104 102 8 0 105 101\r\n[\s\S]*a=sendrecv/)
    const [medium, ...others] = plan()
    assert.deepEqual([others.length, medium?.caller], [0, undefined])
    assert.deepEqual([medium?.callee?.address, medium?.callee?.port], ['192.0.2.1', 4000])
    assert.deepEqual(medium?.types, [0, 101])
  })

  test('is made of the address family of the phone that is called', async () => {
    const { invited, plan } = await aCall(sdp6('m=audio 4000 RTP/AVP 0'), { calleeListener: 1 })
    assert.match(invited, /c=IN IP6 2001:db8::1/)
    assert.equal(plan()[0]?.callee?.address, '2001:db8::99')
  })

  test('stands when it is asked for again, and gives way to a later offer of the phone', async () => {
    const { exchange, invited, plan } = await aCall(sdp('m=audio 4000 RTP/AVP 0'))
    assert.equal(textOf(await exchange.invite('call', 'callee')), invited)
    const answer = textOf(await exchange.echo('call', 'callee', sdp('m=audio 4008 RTP/AVP 8')))
    assert.deepEqual(mediaOf(answer).length, 1)
    assert.equal(plan()[0]?.callee?.port, 4008)
  })

  test('refused by the phone gives its ports back', async () => {
    const { pools, exchange } = await aCall(sdp('m=audio 0 RTP/AVP 0'))
    exchange.close('call')
    const { bound, free, resting } = pools[0]?.figures() ?? { bound: 1, free: 0, resting: 0 }
    assert.equal(bound, free + resting)
  })

  test('is refused where no listener stands', async () => {
    const { exchange, calls } = anExchange()
    assert.equal(
      textOf(await exchange.invite('call', 'callee', { calleeListener: 9 })),
      'refused: unsupported-address',
    )
    assert.equal(calls.size, 0)
  })
})

describe('a listener on all addresses of the machine', () => {
  const ANY = LISTENERS.map((listener) => ({ ...listener, any: true }))
  const placesIn = (text: string) => [...text.matchAll(/IN IP4 (\S+)/g)].map(([, place]) => place)

  test('tells each party the address by which it reaches us', async () => {
    const { offer, answer } = anExchange(20, ANY)
    const options = { callerAddress: '10.0.0.1', calleeAddress: '172.16.0.1' }
    assert.deepEqual(placesIn(await offer('caller', sdp(AUDIO), options)), ['172.16.0.1', '172.16.0.1'])
    assert.deepEqual(placesIn(await answer('callee', sdp(AUDIO))), ['10.0.0.1', '10.0.0.1'])
    assert.deepEqual(placesIn(await offer('callee', sdp(AUDIO))), ['10.0.0.1', '10.0.0.1'], 'and goes on so')
  })

  test('tells its first address to who reaches us by another family', async () => {
    const { exchange } = anExchange(20, ANY)
    const answer = textOf(await exchange.echo('call', 'caller', sdp(AUDIO), { callerAddress: 'fd00::1' }))
    assert.deepEqual(placesIn(answer), ['203.0.113.1', '203.0.113.1'])
  })

  test('is no other than one with an address, which tells that', async () => {
    const { offer } = anExchange()
    const said = await offer('caller', sdp(AUDIO), { calleeAddress: '172.16.0.1' })
    assert.deepEqual(placesIn(said), ['203.0.113.1', '203.0.113.1'])
  })
})

test('of closed calls the last thousand can still be named, once', () => {
  const { calls } = anExchange()
  const hand = {} as unknown as Hand
  const ids = Array.from({ length: 5000 }, (_, i) => {
    const call = calls.open(`call ${i}`, hand)
    calls.drop(call)
    return call.id
  })
  const named = ids.map((id) => calls.leftName(id))
  assert.deepEqual(
    named.slice(-1000),
    ids.slice(-1000).map((id) => `call ${id - 1}`),
  )
  assert.ok(named.slice(0, 3000).every((name) => name === undefined))
  assert.equal(calls.leftName(ids.at(-1) ?? 0), undefined)
})
