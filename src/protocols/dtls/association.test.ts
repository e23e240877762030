import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCertificate, fingerprintOf, keyOf, publicKeyOf } from './certificate.ts'
import { HANDSHAKE_LIMIT_MS, MTU } from './contract.ts'
import { ALICE, BOB, CM, connect, createPair, GCM, type Pair, run, sha256Of } from './fixture.ts'
import { encodeFragment } from './fragments.ts'
import { CONTENT, decodeRecords, encodeRecord } from './record.ts'

const assertConnected = ({ client, server }: Pair, profile = GCM.number): void => {
  assert.deepEqual([client.dtls.state, server.dtls.state], ['connected', 'connected'])
  assert.ok(client.keys)
  assert.deepEqual(client.keys, server.keys)
  assert.equal(client.keys.profile, profile)
  assert.deepEqual([client.connections, server.connections], [1, 1])
  assert.notDeepEqual(client.keys.clientKey, client.keys.serverKey)
}

describe('an association', () => {
  test('gives both ends the same keys', () => assertConnected(connect(createPair())))
  test('with a cookie asked for', () => {
    const pair = createPair({}, { cookie: true })
    pair.client.dtls.start(0)
    pair.server.dtls.feed(pair.client.outbox.splice(0)[0] as Uint8Array, 0)
    assert.ok((pair.server.outbox[0] as Uint8Array).length < 100)
    run(pair, 0)
    assertConnected(pair)
  })
  test('takes the best profile both know', () => {
    assertConnected(connect(createPair({ profiles: [CM] })), CM.number)
    assertConnected(connect(createPair({}, { profiles: [CM, GCM] })), CM.number)
    assert.equal(connect(createPair({ profiles: [CM] })).client.keys?.clientSalt.length, 14)
  })
  test('fails without a common profile', () => {
    const { client, server } = connect(createPair({ profiles: [CM] }, { profiles: [GCM] }))
    assert.deepEqual([server.failure, client.failure], ['no-common-ground', 'refused'])
  })
  test('keeps its datagrams small', () => {
    connect(createPair())
    const pair = createPair()
    pair.client.dtls.start(0)
    run(pair, 0, (datagram) => {
      assert.ok(datagram.length <= MTU)
      return [datagram]
    })
  })

  test('gives no keys to a stranger, whichever the role', () => {
    const stranger = sha256Of(createCertificate(Date.UTC(2026, 0, 1)))
    const asServer = connect(createPair({}, { fingerprints: stranger }))
    assert.deepEqual([asServer.server.failure, asServer.client.failure], ['fingerprint', 'refused'])
    const asClient = connect(createPair({ fingerprints: stranger }))
    assert.deepEqual([asClient.client.failure, asClient.server.failure], ['fingerprint', 'refused'])
    assert.equal(asClient.server.keys ?? asServer.server.keys, undefined)
    const nobody = connect(createPair({ fingerprints: [] }))
    assert.equal(nobody.client.failure, 'fingerprint')
    const old = connect(createPair({ fingerprints: [{ hash: 'sha-1', value: 'AA' }] }))
    assert.equal(old.client.failure, 'fingerprint')
  })
  test('takes any of several fingerprints, in any case', () => {
    const [one] = sha256Of(BOB)
    const several = [
      { hash: 'SHA-256', value: '00:11' },
      { hash: 'SHA-256', value: String(one?.value).toLowerCase() },
    ]
    assertConnected(connect(createPair({ fingerprints: several })))
  })
  test('gives no keys to who shows a certificate without its key', () => {
    const thief = createCertificate(Date.UTC(2026, 0, 1))
    const key = keyOf({ ...BOB, privateKey: thief.privateKey })
    const pair = connect(createPair({}, { key }))
    assert.equal(pair.client.failure, 'protocol')
    assert.equal(pair.client.keys, undefined)
    const client = connect(createPair({ key }))
    assert.equal(client.server.failure, 'protocol')
    assert.equal(client.server.keys, undefined)
  })

  test('says good-bye, and hears it', () => {
    const pair = connect(createPair())
    pair.server.dtls.feed(pair.client.dtls.close() as Uint8Array, 0)
    assert.ok(pair.server.closed)
    assert.deepEqual([pair.client.closed, pair.client.dtls.state], [false, 'ended'])
  })
  test('does not believe a good-bye that is not sealed', () => {
    const pair = connect(createPair())
    pair.server.dtls.feed(Uint8Array.fromHex('15fefd000000000000006300020100'), 0)
    assert.equal(pair.server.dtls.state, 'connected')
  })
  test('does not begin anew for a hello in the clear', () => {
    const pair = connect(createPair())
    const other = createPair()
    other.client.dtls.start(0)
    pair.server.dtls.feed(other.client.outbox[0] as Uint8Array, 0)
    assert.equal(pair.server.outbox.length, 0)
    assert.equal(pair.server.dtls.state, 'connected')
  })
})

describe('on a bad network', () => {
  /** Until both are connected or the time is over. */
  const patiently = (pair: Pair, carry: Parameters<typeof run>[2]): number => {
    pair.client.dtls.start(0)
    pair.server.dtls.start(0)
    let nowMs = 0
    for (; nowMs <= HANDSHAKE_LIMIT_MS; nowMs += 50) {
      pair.client.dtls.tick(nowMs)
      pair.server.dtls.tick(nowMs)
      run(pair, nowMs, carry)
      if (pair.client.keys && pair.server.keys) break
    }
    return nowMs
  }
  for (let lost = 0; lost < 4; lost++)
    test(`datagram ${lost + 1} is repeated when lost`, () => {
      let count = 0
      const pair = createPair()
      patiently(pair, (datagram) => (count++ === lost ? [] : [datagram]))
      assertConnected(pair)
    })
  test('any loss, doubling and order will do', () => {
    for (let seed = 1; seed <= 40; seed++) {
      let state = seed
      const chance = (): number => {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
        return (state >>> 8) % 100
      }
      const late: Uint8Array[] = []
      const pair = createPair()
      patiently(pair, (datagram, from) => {
        if (from === 'client' && chance() < 10) late.push(datagram)
        if (chance() < 30) return []
        const extra = from === 'client' && chance() < 50 ? late.splice(0) : []
        return chance() < 20 ? [datagram, datagram, ...extra] : [...extra, datagram]
      })
      assertConnected(pair)
    }
  })
  test('small pieces in any order are put together', () => {
    const pair = createPair()
    pair.client.dtls.start(0)
    run(pair, 0, (datagram) => crumbled(datagram).reverse())
    assertConnected(pair)
  })
  test('nobody is waited for longer than the limit', () => {
    const pair = createPair()
    assert.ok(patiently(pair, () => []) > HANDSHAKE_LIMIT_MS)
    assert.equal(pair.client.failure, 'timeout')
    assert.equal(pair.server.failure, undefined)
    assert.equal(pair.client.dtls.dueMs, Number.POSITIVE_INFINITY)
  })
  test('a server waits so long from the first word on', () => {
    const { client, server } = createPair()
    client.dtls.start(0)
    server.dtls.start(0)
    assert.equal(server.dtls.dueMs, Number.POSITIVE_INFINITY)
    server.dtls.feed(client.outbox[0] as Uint8Array, 50_000)
    server.dtls.tick(50_000 + HANDSHAKE_LIMIT_MS - 1)
    assert.equal(server.failure, undefined)
    server.dtls.tick(50_000 + HANDSHAKE_LIMIT_MS)
    assert.equal(server.failure, 'timeout')
  })
  test('a connected end has no timer', () => {
    const { client, server } = connect(createPair())
    assert.equal(Math.min(client.dtls.dueMs, server.dtls.dueMs), Number.POSITIVE_INFINITY)
  })
  test('a peer that only repeats itself hears little', () => {
    const { client, server } = createPair()
    client.dtls.start(0)
    const hello = client.outbox[0] as Uint8Array
    for (let nowMs = 0; nowMs < 100; nowMs++) server.dtls.feed(hello, nowMs)
    assert.ok(server.outbox.length <= 3, `${server.outbox.length} answers`)
  })
})

/** Every plain handshake record cut into fragments of 50 octets, each a datagram. */
const crumbled = (datagram: Uint8Array): Uint8Array[] => {
  const crumbs: Uint8Array[] = []
  let number = 1000
  for (const record of decodeRecords(datagram)) {
    if (record.type !== CONTENT.handshake || record.epoch > 0) {
      crumbs.unshift(encodeRecord(record))
      continue
    }
    const { fragment } = record
    const message = { type: fragment[0] as number, sequence: fragment[5] as number, body: fragment.slice(12) }
    for (let at = 0; at < Math.max(1, message.body.length); at += 50) {
      const piece = encodeFragment(message, at, Math.min(50, message.body.length - at))
      crumbs.push(encodeRecord({ ...record, sequence: number++, fragment: piece }))
    }
  }
  return crumbs
}

describe('a certificate', () => {
  test('is one that OpenSSL can read, on P-256', () => {
    assert.equal(publicKeyOf(ALICE.certificate)?.asymmetricKeyType, 'ec')
    assert.match(fingerprintOf(ALICE.certificate), /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    assert.notEqual(fingerprintOf(ALICE.certificate), fingerprintOf(BOB.certificate))
  })
  test('that is none is none', () => {
    assert.equal(publicKeyOf(new Uint8Array(50)), undefined)
    assert.equal(publicKeyOf(ALICE.certificate.subarray(0, 100)), undefined)
  })
})
