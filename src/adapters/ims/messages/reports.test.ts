import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeRp } from '#sms'
import { attemptOf } from './attempt.ts'
import { aCentre, alice, bob } from './centre-fixture.ts'
import { aRecord } from './fixture.ts'

describe('a delivery report', () => {
  const ack = encodeRp({ kind: 'ack', direction: 'mo', reference: 9 })
  const nameOf = (part = 0): [string, string][] => [
    ['In-Reply-To', attemptOf(aRecord({ id: 'm7' }), part, 'sms', 'tandem.test').callId],
  ]

  test('is answered only when what it says is on disk', async () => {
    const centre = aCentre()
    let settle = () => {}
    const delivery = { impi: alice.impi, id: 'm7', part: 0, reference: 1 }
    const onReport = (reported: { settle(): void }) => {
      settle = reported.settle
    }
    centre.ports.deliveries.open({ ...delivery, onReport })
    const { responses } = await centre.tell(ack, nameOf())
    assert.equal(responses.length, 0)
    settle()
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202],
    )
  })

  test('without a name is known by its reference and its sender', async () => {
    const centre = aCentre()
    const heard: string[] = []
    const open = (impi: string) =>
      centre.ports.deliveries.open({
        impi,
        id: `m of ${impi}`,
        part: 0,
        reference: 9,
        onReport: () => void heard.push(impi),
      })
    open(bob.impi)
    open(alice.impi)
    await centre.tell(ack)
    assert.deepEqual(heard, [alice.impi])
  })

  test('for somebody else, or for nothing, is answered and changes nothing', async () => {
    const centre = aCentre()
    centre.records.set('m7', aRecord({ id: 'm7', queue: `subscriber:${bob.impi}` }))
    for (const headers of [nameOf(), [['In-Reply-To', 'whatever@somewhere']], []] as [string, string][][]) {
      const { responses } = await centre.tell(ack, headers)
      assert.deepEqual(
        responses.map(({ status }) => status),
        [202],
      )
    }
    const unknown = await centre.tell(ack, [['In-Reply-To', 'm99.0.0@tandem.test']])
    assert.deepEqual(
      unknown.responses.map(({ status }) => status),
      [202],
    )
    assert.deepEqual([centre.reported, centre.woken], [[], []])
  })

  test('that comes too late still ends its message', async () => {
    const centre = aCentre()
    centre.records.set('m7', aRecord({ id: 'm7', queue: `subscriber:${alice.impi}` }))
    centre.post.waitedFor = true
    const { responses } = await centre.tell(ack, nameOf())
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202],
    )
    assert.deepEqual(centre.reported, [['m7', { state: 'delivered', route: 'sms, late report' }]])
  })

  test('that comes between two attempts is kept for the next, which it wakes', async () => {
    const centre = aCentre()
    centre.records.set('m7', aRecord({ id: 'm7', queue: `subscriber:${alice.impi}`, state: 'queued' }))
    const { responses } = await centre.tell(ack, nameOf())
    assert.equal(responses.length, 0)
    assert.deepEqual(centre.woken, [alice.impi])
    centre.ports.deliveries.takeEarly({ id: 'm7', part: 0 }, alice.impi)?.settle()
    assert.deepEqual(
      responses.map(({ status }) => status),
      [202],
    )
  })

  test('on what is over already is answered at once', async () => {
    const centre = aCentre()
    const record = aRecord({ id: 'm7', queue: `subscriber:${alice.impi}`, state: 'delivered' })
    centre.records.set('m7', record)
    assert.equal((await centre.tell(ack, nameOf())).responses[0]?.status, 202)
    centre.records.set('m7', { ...record, state: 'queued', partsTotal: 3, partsDone: 2 })
    assert.equal((await centre.tell(ack, nameOf(1))).responses[0]?.status, 202)
    assert.deepEqual([centre.reported, centre.woken], [[], []])
  })
})
