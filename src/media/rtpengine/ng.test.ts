import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { until } from '../../../test/support/wait.ts'
import { bdecode, bencode } from './bencode.ts'
import { encodingsIn, forBrowsers, forTelephones, withMediaOf } from './flags.ts'
import { flowOf, heardAtS } from './flow.ts'
import { eventsBeside, soundOf, takenAt } from './keeping.ts'
import { createNgServer, orderFor } from './ng.ts'

const log = { on: () => true, write: () => {} }

describe('bencode', () => {
  test('there and back', () => {
    const value = { command: 'offer', list: ['a', '', 'ä:'], number: -5, inner: { empty: [] } }
    const text = bencode(value)
    assert.equal(text, 'd7:command5:offer4:listl1:a0:2:ä:e6:numberi-5e5:innerd5:emptyleee')
    assert.deepEqual(bdecode(text), { ok: true, value })
  })
  test('whatever comes, nothing is thrown, and nothing is bottomless', () => {
    const good = bencode({ a: ['x', { b: 1 }], c: 'text' })
    for (let at = 0; at < good.length; at++)
      for (const wrong of ['', 'e', 'd', 'l', 'i', '9', ':', '\xff']) {
        bdecode(good.slice(0, at) + wrong + good.slice(at + 1))
        bdecode(good.slice(0, at) + wrong)
      }
    for (const bad of ['', 'i', 'ie', 'i1', '5:abc', '99999999999:a', 'd1:ae', 'd1:a', 'lxe', '1:a1:b', 'd'])
      assert.equal(bdecode(bad).ok, false, bad)
    assert.equal(bdecode('l'.repeat(100_000)).ok, false)
  })
})

describe('the ng protocol', () => {
  const open: Socket[] = []
  after(() => {
    for (const socket of open) socket.close()
  })
  const aServer = async (answer: (command: string, cookie: string) => string | undefined) => {
    const socket = createSocket('udp4')
    open.push(socket)
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
    const heard: string[] = []
    socket.on('message', (octets, from) => {
      const text = octets.toString('latin1')
      heard.push(text)
      const cookie = text.slice(0, text.indexOf(' '))
      const reply = answer(text, cookie)
      if (reply !== undefined) socket.send(Buffer.from(reply, 'latin1'), from.port, from.address)
    })
    return { heard, address: '127.0.0.1', port: (socket.address() as AddressInfo).port }
  }

  test('a lost question is asked again under the same cookie, a refusal and nonsense are told apart', async () => {
    let count = 0
    const place = await aServer((text, cookie) => {
      if (text.includes('delete')) return `${cookie} d6:result5:error12:error-reason4:gonee`
      count++
      if (count === 1) return `${cookie} nonsense`
      return count === 2 ? 'other d6:result2:oke' : `${cookie} d6:result4:ponge`
    })
    const server = createNgServer(place, log)
    assert.deepEqual(await server.ask('ping'), { ok: true, value: { result: 'pong' } })
    assert.equal(new Set(place.heard).size, 1)
    assert.equal(place.heard.length, 3)
    assert.deepEqual(await server.ask('delete'), { ok: false, error: { why: 'refused', text: 'gone' } })
    const waits = server.ask('ping')
    server.close()
    await waits
  })

  test('one that is silent is looked for until it answers, and both are said once', async () => {
    let isThere = false
    const place = await aServer((_text, cookie) => (isThere ? `${cookie} d6:result4:ponge` : undefined))
    const said: string[] = []
    const told = {
      on: () => true,
      write: (_module: string, _level: string, text: string) => void said.push(text),
    }
    const server = createNgServer(place, told, { againMs: 5, restMs: 5 })
    assert.equal((await server.ask('ping')).ok, false)
    assert.equal(server.isAlive, false)
    await until('it is looked for', () => place.heard.length > 6, { everyMs: 5 })
    isThere = true
    await until('it is found', () => server.isAlive, { everyMs: 5 })
    server.close()
    assert.equal(said.length, 2)
    assert.match(said[0] ?? '', /rtpengine 127\.0\.0\.1:\d+ does not answer: does it run/)
    assert.match(said[1] ?? '', /answers again/)
  })

  test('calls keep to their server; one that rests comes last', () => {
    const peers = ['a', 'b', 'c'].map((name) => ({ name, isAlive: name !== 'b' }))
    const firsts = new Set<string>()
    for (let count = 0; count < 50; count++) {
      const order = orderFor(`call ${count}`, peers)
      assert.deepEqual(order, orderFor(`call ${count}`, peers))
      assert.equal(order[2]?.name, 'b')
      firsts.add(order[0]?.name ?? '')
    }
    assert.deepEqual([...firsts].sort(), ['a', 'c'])
    assert.deepEqual(orderFor('x', []), [])
  })
})

test('what flowed, from an answer, and from none', () => {
  const side = (packets: number, last: number) => ({
    medias: [
      {
        type: 'audio',
        streams: [{ endpoint: { address: '::1', port: 7 }, 'last packet': last, stats: { packets } }],
      },
    ],
  })
  const reply = { created: 5, tags: { caller: side(3, 9), callee: side(4, 0) } }
  const [one] = flowOf(reply, 'caller')
  assert.deepEqual(
    [one?.type, one?.rtpAddr, one?.rtpRecv, one?.rtpSend, one?.rtcpAddr],
    ['audio', '[::1]:7', 3, 4, ''],
  )
  assert.equal(heardAtS(reply), 9)
  assert.deepEqual([flowOf({}, 'caller'), heardAtS({ tags: 'x' })], [[], 0])
})

test('telephones are spared what only browsers know', () => {
  assert.equal(
    forTelephones('v=0\r\na=mid:0\r\na=ssrc:1 x\r\na=rtpmap:0 PCMU/8000\r\n'),
    'v=0\r\na=rtpmap:0 PCMU/8000\r\n',
  )
})

test('browsers are told of no BUNDLE and of no SSRC', () => {
  const [session, audio, video] = ['v=0\r\n', 'm=audio 4 X 0\r\na=mid:a\r\n', 'm=video 6 X 96\r\na=mid:v\r\n']
  const named = 'a=ssrc:1 cname:x\r\na=ssrc-group:FID 1 2\r\n'
  assert.equal(
    forBrowsers(`${session}a=group:BUNDLE a v\r\n${audio}${named}${video}a=ssrc:3`),
    session + audio + video,
  )
  for (const odd of ['', 'm=', session, session + audio]) assert.equal(forBrowsers(odd), odd)
})

test('what is kept goes to our own address, pictures nowhere', () => {
  const [c, theirs] = ['c=IN IP4 192.0.2.1\r\n', 'a=rtcp:5\r\na=sendonly\r\n']
  const [audio, video] = [`m=audio 4 RTP/AVP 0\r\n${theirs}`, `m=video 6 RTP/AVP 96\r\n${c}${theirs}`]
  const ours = 'v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 40 RTP/AVP 0\r\n'
  assert.equal(soundOf(`v=0\r\n${c}${video}${audio}`), `v=0\r\n${c}${audio}`)
  assert.equal(
    takenAt(`v=0\r\n${c}${audio}${video}`, ours),
    `v=0\r\n${['m=audio 40 RTP/AVP 0', 'm=video 0 RTP/AVP 96'].map((line) => `${line}\r\nc=IN IP4 192.0.2.9\r\na=recvonly\r\n`).join('')}`,
  )
  for (const odd of ['', 'm=', 'v=0'])
    assert.equal(typeof takenAt(odd, odd) + typeof soundOf(odd), 'stringstring')
})

test('of what is only kept no more is told than its files', () => {
  const told: string[] = []
  const tell = (name: string) => (call: string) => void told.push(`${name} ${call}`)
  const beside = eventsBeside({
    ...{ onSilent: tell('silent'), onDtmf: tell('key'), onClosed: tell('closed'), onRecorded: tell('files') },
  })
  for (const call of ['a', 'a.kept']) {
    beside.onSilent(call, 5000)
    beside.onDtmf(call, 'caller', '1', 100)
    beside.onClosed?.(call, { caller: [], callee: [] })
    beside.onRecorded?.(call, [])
  }
  assert.deepEqual(told, ['silent a', 'key a', 'closed a', 'files a', 'files a'])
})

test('an answer has the media of its offer', () => {
  const [session, audio, video] = ['v=0\r\n', 'm=audio 4 X 0\r\na=mid:a\r\n', 'm=video 6 X 96\r\na=mid:v\r\n']
  assert.equal(withMediaOf(session + audio + video, `o=1\r\n${audio}`), session + audio)
  assert.equal(withMediaOf(session + audio, audio + video), `${session}${audio}m=video 0 X 96\r\n`)
  assert.equal(withMediaOf('', 'm='), '')
})

test('a later offer keeps what the other side has spoken, where encodings are added', () => {
  const sdp = (types: string, lines = '') =>
    `v=0\r\nm=video 4 X 96\r\na=rtpmap:96 VP8/90000\r\nm=audio 5 RTP/AVP ${types}\r\n${lines}`
  const named = 'a=rtpmap:97 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=rtpmap:13 CN/8000\r\n'
  assert.deepEqual(encodingsIn(sdp('0 18 97 101 13 99', named)), ['PCMU', 'G729', 'opus/48000/2'])
  for (const odd of [
    '',
    'm=',
    'm=audio',
    'm=audio 1 X',
    sdp('9'.repeat(9000)),
    'm=audio 1 X 7\r\na=rtpmap:7 a:b\r\n',
  ])
    assert.deepEqual(encodingsIn(odd), [])
})

test('what cannot be reached has no address of ours', async (t) => {
  const server = createNgServer({ address: '255.255.255.255', port: 22222 }, log)
  t.after(() => server.close())
  assert.equal(await server.own(), undefined)
})
