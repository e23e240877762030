import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err } from '#lib/result'
import { encodeRp, encodeSubmit } from '#sms'
import { aCentre, alice, aSubmit, data, hex } from './centre-fixture.ts'

describe('what a handset should not say', () => {
  for (const [what, octets, status, cause] of [
    ['nothing', '', 400, undefined],
    ['one octet', '00', 400, undefined],
    ['RP-DATA that ends early', '002a000791', 202, 96],
    ['RP-DATA whose address lies about its length', '002a000f911221', 202, 96],
    ['an RP type of the network', '012b00000100', 202, 97],
    ['an RP type that is reserved', '072b', 202, 97],
    ['a damaged RP-ACK', '022b4105', 400, undefined],
    ['an RP-ERROR without a cause', '042b', 400, undefined],
    ['a TPDU that ends early', '002a0007912120550591f9021107', 202, 111],
    ['a TPDU of an unknown type', '002a0007912120550591f90103', 202, 111],
    ['no TPDU at all', '002a0007912120550591f900', 202, 111],
    ['SMS-COMMAND', '002a0007912120550591f90e02110000070b912120550521f300', 202, 69],
    ['SMS-DELIVER-REPORT in RP-DATA', '002a0007912120550591f9020000', 202, 95],
  ] as const)
    test(`${what}: ${status}${cause === undefined ? '' : ` and RP-ERROR ${cause}`}`, async () => {
      const centre = aCentre()
      const { responses } = await centre.tell(hex(octets))
      assert.deepEqual(
        responses.map((response) => response.status),
        [status],
      )
      assert.equal(centre.drafts.length, 0)
      if (cause === undefined) return assert.equal(centre.sent.length, 0)
      const rp = centre.heard()
      assert.ok(rp.kind === 'error')
      assert.equal(rp.cause, cause)
    })

  test('any octets at all are answered, and nothing breaks', async () => {
    const centre = aCentre()
    let seed = 7
    const next = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return seed >>> 16
    }
    const good = data(encodeSubmit(aSubmit('hello there')))
    for (let round = 0; round < 2000; round++) {
      const body =
        round % 2 ? good.slice(0, next() % (good.length + 1)) : Uint8Array.from({ length: next() % 60 }, next)
      if (round % 2 && body.length > 0) body[next() % body.length] = next()
      const { responses } = await centre.tell(body)
      assert.equal(responses.length, 1, `${Buffer.from(body).toString('hex')}`)
    }
  })
})

describe('the operator', () => {
  test('may have RP-DATA ignored or rejected', async () => {
    const centre = aCentre()
    centre.live.smsMessageFilter.rp_data = 'ignore'
    assert.equal((await centre.tell(data(encodeSubmit(aSubmit('a'))))).responses[0]?.status, 202)
    assert.equal(centre.sent.length, 0)
    centre.live.smsMessageFilter.rp_data = 'reject'
    await centre.tell(data(encodeSubmit(aSubmit('a'))))
    const rp = centre.heard()
    assert.ok(rp.kind === 'error')
    assert.equal(rp.cause, 21)
    assert.equal(centre.drafts.length, 0)
  })

  test('may force the cause of every RP-ERROR', async () => {
    const centre = aCentre()
    centre.live.smsForcedRpCause = 38
    await centre.tell(data(encodeSubmit(aSubmit('a'))))
    assert.equal(centre.heard().kind, 'ack')
    centre.post.accepts = err('unknown-user')
    await centre.tell(data(encodeSubmit(aSubmit('b'))))
    const rp = centre.heard()
    assert.ok(rp.kind === 'error')
    assert.equal(rp.cause, 38)
  })

  test('may have RP-ACK ignored or rejected', async () => {
    const centre = aCentre()
    const taken: string[] = []
    const delivery = {
      impi: alice.impi,
      id: 'm1',
      part: 0,
      reference: 9,
      onReport: () => void taken.push('taken'),
    }
    centre.ports.deliveries.open(delivery)
    const ack = encodeRp({ kind: 'ack', direction: 'mo', reference: 9 })
    for (const [filter, status] of [
      ['ignore', 202],
      ['reject', 403],
    ] as const) {
      centre.live.smsMessageFilter.rp_ack = filter
      assert.equal((await centre.tell(ack)).responses[0]?.status, status)
    }
    assert.deepEqual(taken, [])
  })
})

test('RP-SMMA wakes those who wait for memory, and is acknowledged', async () => {
  const centre = aCentre()
  const { responses } = await centre.tell(encodeRp({ kind: 'smma', direction: 'mo', reference: 5 }))
  assert.deepEqual(
    responses.map(({ status }) => status),
    [202],
  )
  assert.deepEqual(centre.woken, [alice.impi])
  assert.deepEqual(centre.heard(), { kind: 'ack', direction: 'mt', reference: 5 })
})
