import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ALICE, BOB, connect, createEnd, createPair, run } from './fixture.ts'
import { encodeFragment, Reassembly } from './fragments.ts'
import { decodeClientHello, decodeHelloVerifyRequest, decodeServerHello } from './hello.ts'
import {
  decodeCertificate,
  decodeClientKeyExchange,
  decodeServerKeyExchange,
  decodeSigned,
} from './messages.ts'
import { CONTENT, decodeRecords, encodeRecord } from './record.ts'

/** Repeatable: the same number gives the same noise. */
const createChance = (seed: number) => {
  let state = seed
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % limit
  }
  return below
}

/** Flips, cuts, and lengths that lie. */
const wounded = (below: (limit: number) => number, datagram: Uint8Array): Uint8Array => {
  const bytes = datagram.slice()
  for (let wounds = 1 + below(3); wounds > 0; wounds--)
    bytes[below(bytes.length)] = below(4) === 0 ? 0xff : below(256)
  return below(5) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes
}

describe('hostile bytes', () => {
  test('in place of any datagram never throw, and never make keys that differ', () => {
    let connected = 0
    for (let seed = 1; seed <= 400; seed++) {
      const below = createChance(seed)
      const pair = createPair({}, seed % 4 === 0 ? { cookie: true } : {})
      pair.client.dtls.start(0)
      pair.server.dtls.start(0)
      run(pair, 0, (datagram) => (below(4) === 0 ? [wounded(below, datagram)] : [datagram]))
      for (let nowMs = 250; nowMs <= 15_000; nowMs += 250) {
        pair.client.dtls.tick(nowMs)
        pair.server.dtls.tick(nowMs)
        run(pair, nowMs, (datagram) => (below(8) === 0 ? [wounded(below, datagram)] : [datagram]))
      }
      const { client, server } = pair
      if (client.keys && server.keys) {
        connected++
        assert.deepEqual(client.keys, server.keys)
      }
      for (const end of [client, server]) assert.ok(end.keys ?? end.failure ?? end === server, `seed ${seed}`)
    }
    assert.ok(connected > 20, `${connected} handshakes went well all the same`)
  })

  test('beside the real datagrams change nothing once it is connected', () => {
    const pair = connect(createPair())
    const below = createChance(7)
    const sealed = encodeRecord({
      type: CONTENT.handshake,
      epoch: 1,
      sequence: 9,
      fragment: new Uint8Array(60),
    })
    for (let round = 0; round < 5000; round++) {
      const bytes = Uint8Array.from({ length: below(200) }, () => below(256))
      for (const end of [pair.client, pair.server]) {
        end.dtls.feed(bytes, 0)
        end.dtls.feed(wounded(below, sealed), 0)
      }
    }
    assert.deepEqual([pair.client.dtls.state, pair.server.dtls.state], ['connected', 'connected'])
    assert.equal(pair.client.outbox.length + pair.server.outbox.length, 0)
  })

  test('in decoders give undefined, not exceptions', () => {
    const below = createChance(9)
    const messages: Uint8Array[] = []
    const pair = createPair({}, { cookie: true })
    pair.client.dtls.start(0)
    run(pair, 0, (datagram) => {
      for (const { epoch, fragment } of decodeRecords(datagram))
        if (epoch === 0) messages.push(fragment.slice(12))
      return [datagram]
    })
    assert.ok(messages.length > 8)
    for (let round = 0; round < 20_000; round++) {
      const body = messages[below(messages.length)] as Uint8Array
      const bytes = body.length > 0 ? wounded(below, body) : body
      for (const decode of [
        ...[decodeClientHello, decodeServerHello, decodeHelloVerifyRequest, decodeCertificate],
        ...[decodeServerKeyExchange, decodeClientKeyExchange, decodeSigned],
      ])
        decode(bytes)
    }
  })

  test('that are a wrong Finished end it without keys', () => {
    // The last record of the client's flight is its Finished: another one, sealed with the right keys, needs them.
    const pair = createPair()
    pair.client.dtls.start(0)
    run(pair, 0, (datagram, from) => {
      const records = decodeRecords(datagram)
      const last = records.at(-1)
      if (from === 'server' || last?.epoch !== 1) return [datagram]
      const without = records.slice(0, -1).map(encodeRecord)
      const forged = { ...last, fragment: last.fragment.with(20, (last.fragment[20] as number) ^ 1) }
      return [...without, encodeRecord(forged)]
    })
    assert.equal(pair.server.keys, undefined)
    assert.equal(pair.client.keys, undefined)
  })

  test('that claim to be a Finished in the clear are not believed', () => {
    const pair = createPair()
    pair.client.dtls.start(0)
    run(pair, 0, (datagram, from) => {
      if (from === 'server') return [datagram]
      return decodeRecords(datagram)
        .filter(({ epoch }) => epoch === 0)
        .map(encodeRecord)
    })
    const finished = encodeFragment({ type: 20, sequence: 4, body: new Uint8Array(12) }, 0, 12)
    pair.server.dtls.feed(
      encodeRecord({ type: CONTENT.handshake, epoch: 0, sequence: 50, fragment: finished }),
      0,
    )
    assert.deepEqual([pair.server.keys, pair.server.failure], [undefined, undefined])
  })
})

describe('what a peer can make grow', () => {
  test('has an end: fragments that are never whole', () => {
    const reassembly = new Reassembly()
    const before = process.memoryUsage().arrayBuffers
    for (let sequence = 0; sequence < 60_000; sequence++) {
      const head = Uint8Array.of(1, 0, 0x40, 0, sequence >> 8, sequence & 255, 0, 0, 0, 0, 0, 1, 7)
      reassembly.add(head)
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000)
    assert.equal(reassembly.take(), undefined)
  })
  test('has an end: messages longer than any', () => {
    const reassembly = new Reassembly()
    reassembly.add(Uint8Array.of(1, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 7))
    assert.equal(reassembly.take(), undefined)
  })
  test('has an end: sealed records before there are keys', () => {
    const server = createEnd('server', BOB)
    server.dtls.start(0)
    for (let sequence = 0; sequence < 10_000; sequence++)
      server.dtls.feed(
        encodeRecord({ type: CONTENT.handshake, epoch: 1, sequence, fragment: new Uint8Array(1000) }),
        0,
      )
    const client = createEnd('client', ALICE)
    client.dtls.start(0)
    run({ client, server }, 0)
    assert.deepEqual([client.dtls.state, server.dtls.state], ['connected', 'connected'])
  })
  test('has an end: records in one datagram', () => {
    const empty = encodeRecord({ type: 99, epoch: 0, sequence: 1, fragment: new Uint8Array(0) })
    const many = new Uint8Array(empty.length * 1000)
    for (let i = 0; i < 1000; i++) many.set(empty, i * empty.length)
    assert.equal(decodeRecords(many).length, 32)
  })
})
