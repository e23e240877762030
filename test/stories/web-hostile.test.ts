import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber, type House } from '../support/house.ts'
import { browserSdp, connect, type MemoryClient, newClient, oldClient } from '../support/web-clients.ts'

const people = ['alice', 'bob'].map((name) => aSubscriber(name, { proof: 'none' }))

/** Random, and the same at every run. */
const createDice = (seed: number) => (most: number) => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
  return (seed >>> 8) % most
}

const OPS = [...Array.from({ length: 20 }, (_, at) => 1000 + at), 1999, 9002, 0, -1]
const VALUES = [
  '',
  '0',
  '1',
  '2',
  '3',
  '4',
  '-1',
  'x',
  '600',
  'bob',
  'alice',
  '<>',
  'a,b',
  '302',
  '486',
  'true',
  '💥',
  '..',
]
const NAMES = [
  'cid',
  'cid2',
  'to',
  'rto',
  'tel',
  'usr',
  'pwd',
  'token',
  'type',
  'rc',
  'mto',
  'blf',
  'ext',
  'dtmf',
  'rec',
  'mid',
  'id',
]

const nothingLeft = async (house: House) => {
  for (const session of [...house.webphone.sessions.all()]) session.phone.link?.close(1000)
  await house.pass(100_000)
  assert.equal(house.webphone.sessions.size, 0)
  assert.equal(house.calls.count, 0)
}

describe('bad input of browsers', () => {
  for (const dialect of ['lines', 'json'] as const)
    test(`frames in any state and of any content, ${dialect}: no bug, and nothing stays behind`, async () => {
      const house = aHouse({ subscribers: people })
      const dice = createDice(dialect === 'json' ? 7 : 11)
      let clients: MemoryClient[] = []
      const enter = async (name: string) =>
        dialect === 'json' ? newClient(house, name) : oldClient(house, name)
      for (let round = 0; round < 1500; round++) {
        if (round % 150 === 0) {
          for (const old of clients) old.drop()
          await house.pass(100_000)
          clients = [await enter('alice'), await enter('bob'), connect(house, { dialect })]
        }
        const client = clients[dice(clients.length)] as MemoryClient
        const cids = client.heard.flatMap(({ cid }) => (typeof cid === 'string' ? [cid] : []))
        const fields: Record<string, unknown> = {}
        for (let count = dice(4); count > 0; count--)
          fields[NAMES[dice(NAMES.length)] as string] = VALUES[dice(VALUES.length)]
        if (dice(2)) fields.cid = cids[dice(cids.length + 1)] ?? 'none'
        if (dice(3) === 0) fields.sdp = browserSdp('page', { video: dice(2) === 0 })
        if (dice(20) === 0) fields.sdp = `v=0\r\n${'m=audio 9 RTP/AVP 0\r\n'.repeat(dice(300))}`
        client.say(OPS[dice(OPS.length)] as number, fields)
        if (dice(5) === 0) await house.pass(dice(3000))
      }
      await nothingLeft(house)
    })

  test('descriptions that are bombs are none', async () => {
    const house = aHouse({ subscribers: people })
    const client = await newClient(house, 'alice')
    for (const sdp of [
      `v=0\r\n${'m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n'.repeat(1000)}`,
      `${browserSdp('page')}${'a=candidate:1 1 udp 1 127.0.0.1 1 typ host\r\n'.repeat(1400)}`,
      `${browserSdp('page').slice(0, 60)}\0`,
      'v=0',
      'm=audio',
    ]) {
      client.say(1003, { to: '600', sdp })
      assert.equal((await client.next(2003)).code, -2)
    }
    client.say(1003, { to: '600', sdp: 'v=0\r\n'.padEnd(70_000, 'a') })
    await client.next(2000, { code: -2 })
    assert.equal(house.calls.count, 0)
  })

  test('names and texts are data, whatever stands in them', async () => {
    const house = aHouse({ subscribers: people })
    const [alice, bob] = [await newClient(house, 'alice'), await newClient(house, 'bob')]
    const evil = '<img src=x onerror=alert(1)>"\r\nP-Asserted-Identity: <sip:boss@x>'
    alice.say(1003, {
      to: 'bob',
      disp: evil,
      from: 'sip:bob@tandem.test',
      cdata: 'x\r\nEvil: 1',
      sdp: browserSdp('page'),
    })
    const ring = await bob.next(9002)
    assert.equal(ring.from, 'alice')
    assert.equal(ring.disp, evil.replace('\r\n', '  '))
    alice.say(1009, { to: 'bob', from: 'sip:boss@tandem.test', mid: '1', msg: evil })
    const text = await bob.next(9005)
    assert.deepEqual([text.from, text.msg], ['alice', evil.replace('\r\n', '\r\n')])
  })

  test('a client that is not there any more costs nothing', async () => {
    const house = aHouse({ subscribers: people })
    for (let i = 0; i < 50; i++) {
      const client = await newClient(house, 'alice')
      client.say(1003, { to: '600', sdp: browserSdp('page') })
      client.drop()
    }
    assert.equal(house.webphone.sessions.size <= 8, true)
    assert.equal(house.calls.count <= 8, true)
    await nothingLeft(house)
  })
})
