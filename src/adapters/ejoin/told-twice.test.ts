import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Asked, anEjoinHouse, MAC } from '../../../test/support/ejoin-house.ts'

const ownText = (seq: number, more: object = {}) => ({
  ...{ type: 'sent-sms', port: '1.02', seq, sms_tid: 3, status: '0 OK', time: 1_700_001_000, recver: '9' },
  ...more,
})

describe('numbers of a port’s reports', () => {
  const portStatus = (seq: number) => ({ type: 'port-status', port: '1.02', seq, st: 3, active: 1 })
  const devStatus = (head: number | undefined, seq: number) => ({
    ...{ type: 'dev-status', expires: 60, mac: MAC, status: [{ port: '1.02', seq, st: 3, active: 1 }] },
    ...(head !== undefined && { seq: head }),
  })
  const missing = async (...posts: object[]): Promise<string[]> => {
    const house = await anEjoinHouse()
    for (const one of posts) await house.post(one)
    return house.events
      .filter(({ name }) => name === 'reports-missing')
      .map(({ fields }) => `${fields.expected} ${fields.seq}`)
  }

  test('are used up by all that it says: its status in that of the device, and texts that it sent', async () => {
    const whole = [
      portStatus(1),
      devStatus(1, 2),
      ownText(3),
      portStatus(4),
      ownText(5, { sms_tid: 2 ** 30 }),
    ]
    assert.deepEqual(await missing(...whole, portStatus(6), devStatus(2, 7), devStatus(3, 7)), [])
  })

  test('show what is missing, whichever report is the next', async () => {
    assert.deepEqual(await missing(portStatus(1), ownText(3)), ['2 3'])
    assert.deepEqual(await missing(portStatus(1), devStatus(1, 4)), ['2 4'])
  })

  test('of a status that was asked for show nothing: it may overtake reports that are on their way', async () => {
    const serve = ({ path }: Asked) => (path === '/goip_get_status.html' ? devStatus(9, 4) : { code: 404 })
    const house = await anEjoinHouse({ serve })
    await house.post(portStatus(1))
    await house.pass(5000)
    for (const seq of [2, 3, 5]) await house.post(portStatus(seq))
    assert.equal(house.events.length, 0)
    await house.post(portStatus(7))
    assert.deepEqual(
      house.events.map(({ name, fields }) => [name, fields.expected]),
      [['reports-missing', '6']],
    )
  })
})

describe('a device without signs of life', () => {
  test('that says something of a port is back for a while, and is lost again', async () => {
    const house = await anEjoinHouse()
    const portStatus = (seq: number) => house.post({ type: 'port-status', port: '1.02', seq, st: 3 })
    await house.status({ expires: 60 })
    await house.pass(122_000)
    assert.equal(house.lineOf(1).state, 'offline')
    await portStatus(2)
    assert.equal(house.lineOf(1).state, 'registered')
    assert.equal(house.ejoin.figures().online, 1)
    await house.pass(110_000)
    await portStatus(3)
    await house.pass(12_000)
    assert.equal(house.lineOf(1).state, 'offline')
  })

  test('ever is lost, too', async () => {
    const house = await anEjoinHouse()
    await house.post({ type: 'port-status', port: '1.02', seq: 1, st: 3 })
    await house.pass(359_000)
    assert.equal(house.lineOf(1).state, 'registered')
    await house.pass(3000)
    assert.equal(house.lineOf(1).state, 'offline')
  })
})

describe('what a device posts again', () => {
  test('of an unknown type is kept once, however it is; what differs at its end is another one', async () => {
    const house = await anEjoinHouse()
    const control = (word: string) => ({ type: 'control', before: 'x'.repeat(500), word })
    const row = (word: string) => ({ type: 'recv-sms', sms: [['x'.repeat(500), word]] })
    for (let times = 0; times < 2; times++)
      for (const word of ['a', 'b']) {
        await house.post(control(word))
        await house.post(row(word))
      }
    assert.deepEqual(house.events.map(({ name }) => name).sort(), [
      ...['raw:control', 'raw:control', 'raw:recv-sms', 'raw:recv-sms'],
    ])
  })
})
