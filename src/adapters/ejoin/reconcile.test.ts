import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Asked, anEjoinHouse, MAC } from '../../../test/support/ejoin-house.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A device that keeps what came in, as `goip_get_sms.html` tells it. */
const anInbox = () => {
  const kept: unknown[] = []
  const inbox = {
    kept,
    ssrc: 100,
    reachable: true,
    mac: MAC,
    add: (text: string, at = 1_700_001_000 + kept.length) => {
      const row = [0, '1.02', at, '15550100200', '', base64(text)]
      kept.push(row)
      return { type: 'recv-sms', sms_num: 1, sms: [row] }
    },
    serve({ path, query }: Asked): unknown {
      if (!inbox.reachable) return undefined
      if (path === '/goip_get_status.html')
        return { type: 'dev-status', seq: 1, expires: 60, mac: inbox.mac, status: [{ port: '1.02', st: 3 }] }
      if (path !== '/goip_get_sms.html') return { code: 404 }
      const from = Number(query.get('sms_id'))
      const data = kept.slice(from - 1, from - 1 + Number(query.get('sms_num')))
      return { code: 0, ssrc: inbox.ssrc, sms_num: data.length, next_sms: from + data.length, data }
    },
  }
  return inbox
}

describe('what a device failed to report', () => {
  test('is fetched at the start, page by page, and what was pushed already is not taken twice', async () => {
    const inbox = anInbox()
    const house = await anEjoinHouse({ serve: inbox.serve })
    for (let i = 0; i < 120; i++) inbox.add(`text ${i}`)
    await house.post(inbox.add('pushed'))
    await house.pass(5000)
    assert.equal(house.texts.length, 121)
    assert.equal(house.lineOf(1).state, 'registered', 'its status was asked for as well')
    assert.ok(house.asked.every(({ query }) => !query.has('sms_del') && !query.has('url')))
    const before = house.asked.length
    inbox.add('new')
    await house.pass(180_000)
    assert.equal(house.texts.length, 122)
    assert.equal(house.asked[before + 1]?.query.get('sms_id'), '122', 'where it stopped')
  })

  test('is fetched after a gap in the numbers, with an alarm; after silence; after a restart', async () => {
    const inbox = anInbox()
    const house = await anEjoinHouse({ serve: inbox.serve, device: { reconcile: 0 } })
    await house.status({ seq: 1 })
    await house.pass(60_000)
    const fetched = async (text: string, gap: () => unknown): Promise<void> => {
      inbox.add(text)
      await gap()
      await house.pass(65_000)
      assert.equal(house.texts.at(-1)?.text, text)
    }
    await house.status({ seq: 2 })
    inbox.add('nobody looks')
    await house.pass(40_000)
    assert.deepEqual(house.texts, [])
    await fetched('a gap', () => house.status({ seq: 4 }))
    await fetched('a restart', () => house.status({ seq: 1 }))
    await fetched('a gap of a port', async () => {
      await house.post({ type: 'port-status', port: '1.02', seq: 5, st: 3 })
      await house.post({ type: 'port-status', port: '1.02', seq: 7, st: 3 })
    })
    await fetched('silence', () => house.pass(150_000))
    assert.deepEqual(
      house.events.map(({ name, line, alarm }) => [name, line, alarm]),
      [
        ['reports-missing', 'ej1', true],
        ['restarted', 'ej1', true],
        ['reports-missing', 'ej1/1', true],
      ],
    )
  })

  test('begins again at 1 when the device has restarted', async () => {
    const inbox = anInbox()
    const house = await anEjoinHouse({ serve: inbox.serve })
    for (let i = 0; i < 60; i++) inbox.add(`old ${i}`)
    await house.pass(5000)
    inbox.ssrc = 101
    inbox.kept.splice(0, 30)
    inbox.add('new', 1_700_002_000)
    await house.pass(185_000)
    assert.equal(house.texts.length, 61)
    assert.equal(house.texts.at(-1)?.text, 'new')
    assert.equal(JSON.parse(house.settings.get('ejoin.inbox.ej1') ?? '{}').next, 32)
  })

  test('is fetched again when the disk did not take it', async () => {
    const inbox = anInbox()
    const house = await anEjoinHouse({ serve: inbox.serve })
    inbox.add('one')
    house.disk.works = false
    await house.pass(5000)
    house.disk.works = true
    await house.pass(185_000)
    assert.deepEqual(
      house.texts.map(({ text }) => text),
      ['one'],
    )
  })

  test('goes on in a next life where the last one stopped', async () => {
    const inbox = anInbox()
    const first = await anEjoinHouse({ serve: inbox.serve })
    inbox.add('one')
    await first.pass(5000)
    inbox.add('two')
    const second = await anEjoinHouse({ serve: inbox.serve, settings: first.settings })
    await second.pass(5000)
    assert.deepEqual(
      second.texts.map(({ text }) => text),
      ['two'],
    )
  })

  test('is not asked of another device, nor of one that is not there', async () => {
    const inbox = anInbox()
    inbox.add('theirs')
    inbox.mac = '02-00-5e-00-00-99'
    const house = await anEjoinHouse({ serve: inbox.serve })
    await house.pass(5000)
    assert.deepEqual(house.texts, [])
    assert.equal(house.ejoin.figures().complaints['foreign-mac'], 1)
    inbox.reachable = false
    await house.pass(200_000)
    assert.equal(house.ejoin.figures().complaints.unreachable, 1)
  })

  test('is told where to report, if that is wished for', async () => {
    const inbox = anInbox()
    const house = await anEjoinHouse({ serve: inbox.serve, device: { push: true } })
    await house.pass(5000)
    const near = await anEjoinHouse({
      ...{ serve: inbox.serve, device: { push: true, report_url: 'http://10.0.0.2:8200' } },
    })
    await near.pass(5000)
    assert.match(near.asked[0]?.query.get('url') ?? '', /^http:\/\/10\.0\.0\.2:8200\/ejoin\//)
    const { query } = house.asked[0] ?? assert.fail()
    assert.equal(query.get('url'), 'https://pbx.example/ejoin/a-secret-of-24-characters')
    assert.equal(query.get('period'), '60')
  })

  test('in the newer edition of the API', async () => {
    const house = await anEjoinHouse({
      device: { api: 'v3' },
      serve: ({ path, query }) => {
        if (path !== '/get_received_smses') return { code: 0 }
        const sms = {
          is_report: 0,
          port: '1.02',
          timestamp: 1_700_001_000,
          from: '1',
          to: '',
          sms: base64('v3'),
        }
        return { ssrc: 5, next_id: 2, smses: query.get('id') === '1' ? [sms] : [] }
      },
    })
    const row = [0, '1B', '1700001000', '1', '2', base64('v3')]
    await house.post({ type: 'recv-sms', sms: [row] })
    await house.pass(5000)
    assert.deepEqual(
      house.texts.map(({ text }) => text),
      ['v3'],
    )
  })
})

describe('signs of life', () => {
  test('off line after twice the time in which one was due', async () => {
    const house = await anEjoinHouse()
    await house.status({ expires: 60 })
    await house.pass(118_000)
    assert.equal(house.lineOf(1).state, 'registered')
    await house.pass(5000)
    assert.equal(house.lineOf(1).state, 'offline')
    assert.match(house.lineOf(1).hindrance ?? '', /^offline since \d\d:\d\d \(no dev-status for 120 s\)$/)
    await house.status({ expires: 60_000, seq: 2 })
    assert.equal(house.lineOf(1).state, 'registered', 'milliseconds, as the manual’s sample has them')
    await house.pass(125_000)
    assert.equal(house.lineOf(1).state, 'offline')
  })

  test('a line is a port; the card in use is its SIM, the others stand beside it', async () => {
    const house = await anEjoinHouse()
    const card = (port: string, more: object) => ({ port, st: 3, ...more })
    await house.status({
      status: [
        card('1.01', { st: 1, active: 0, iccid: '8901' }),
        card('1.02', { active: 1, iccid: '8902', sn: '2' }),
        card('1C', { st: 0, active: '0' }),
      ],
    })
    const { sim, fields, detail } = house.lineOf(1)
    assert.deepEqual([sim?.iccid, sim?.number, detail], ['8902', '2', 'registered'])
    assert.deepEqual(fields, { slot: '1.02', 'card_1.01': 'idle 8901', 'card_1.03': 'no-sim' })
    await house.post({ type: 'port-status', port: '1.02', seq: 2, st: 1, active: 0, iccid: '8902' })
    await house.post({ type: 'port-status', port: '1.01', seq: 3, st: '8 blocked', active: 1, iccid: '8901' })
    const after = house.lineOf(1)
    assert.deepEqual([after.sim?.iccid, after.state], ['8901', 'locked'])
    assert.equal(after.detail, 'locked by operator: blocked')
    assert.match(after.hindrance ?? '', /^locked \(locked by operator: blocked\)$/)
  })

  test('firmware that does not say which card is in use: the one that is registered', async () => {
    const house = await anEjoinHouse()
    await house.status({
      status: [
        { port: '1.01', st: 0 },
        { port: '1.02', st: 3, iccid: '8902' },
      ],
    })
    assert.deepEqual([house.lineOf(1).sim?.iccid, house.lineOf(1).state], ['8902', 'registered'])
  })
})
