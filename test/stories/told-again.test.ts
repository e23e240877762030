import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openGoipSocket } from '../support/goip-socket.ts'
import { freePort } from '../support/ports.ts'
import { startTandem } from '../support/tandem.ts'
import { bugsOf } from '../support/vitals.ts'
import { until } from '../support/wait.ts'

const SECRET = 'a-secret-of-24-characters'
const MAC = '02-00-5e-00-00-10'

const POSTS = [
  {
    ...{ type: 'sent-sms', port: '1.02', seq: 3, sms_tid: 3, status: '0 OK' },
    ...{ time: 1_795_300_003, recver: '15550100900', data: 'hi' },
  },
  { type: 'sent-sms', port: '1.02', seq: 4, status: '0 OK', recver: '15550100901', data: 'of no time' },
  { type: 'control', word: 'of no known type' },
  { type: 'recv-sms', sms: [['no', 'row']] },
]
const EVENTS = [
  'RECORD:-77;ID;dir:2;num:+15550100900',
  'USSN:-76;ID;msg:You have; 3 new',
  'CELLS:-75;ID;lists:1,2,',
]

type Items<T> = { items: T[] }

/** The process dies before a device has heard its answer: it says the same once more. */
test('what a device told is kept once, also when it is told again after kill -9', async (t) => {
  const port = await freePort()
  let house = await startTandem({
    config: {
      ejoin: { devices: [{ name: 'ej1', secret: SECRET }] },
      goip: { addr: `127.0.0.1:${port}`, lines: [{ id: 'g1', password: 'pw', device: 'box' }] },
    },
  })
  t.after(() => house.stop())
  const socket = await openGoipSocket({ id: 'g1', password: 'pw', server: port })
  t.after(() => socket.close())

  const post = async (body: object): Promise<void> => {
    const url = `http://127.0.0.1:${house.ports.http}/ejoin/${SECRET}`
    const { status } = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
    assert.equal(status, 200, JSON.stringify(body))
  }
  const say = async (text: string): Promise<void> => {
    const [name = '', receipt = ''] = text.split(/[:;]/)
    const had = socket.heard.length
    socket.raw(text.replace(';ID;', ';id:g1;password:pw;'))
    await until(`${name} is answered`, () => socket.heard.slice(had).includes(`${name} ${receipt} OK`))
  }
  const tellAll = async (): Promise<void> => {
    for (const body of POSTS) await post(body)
    for (const text of EVENTS) await say(text)
  }
  const kept = async (): Promise<object> => {
    const { items: events } = await house.rest<Items<{ name: string }>>('/gateway-events')
    const { items: calls } = await house.rest<Items<{ callee: string; reason: string }>>('/gateway-calls')
    const line = await house.rest<{ counts: { sent: { total: number } } }>('/lines/ej1/1')
    return {
      events: events.map(({ name }) => name).sort(),
      calls: calls.map(({ callee, reason }) => `${callee} ${reason}`),
      sent: line.counts.sent.total,
    }
  }
  const status = { type: 'dev-status', seq: 1, expires: 600, mac: MAC, 'max-ports': 1, 'max-slots': 4 }
  const ports = [{ port: '1.02', st: 3, active: 1, iccid: '8901', imsi: '00101', sn: '15550100201' }]
  const once = ['CELLS', 'RECORD', 'USSN', 'raw:control', 'raw:recv-sms', 'sent-by-device', 'sent-by-device']

  await post({ ...status, status: ports })
  await tellAll()
  await tellAll()
  assert.deepEqual(await kept(), { events: once, calls: ['+15550100900 '], sent: 2 })
  // What cards have counted is written soon after: this waits for it.
  await house.rest('/calls')
  await house.kill9()
  assert.deepEqual(bugsOf(house), [])

  house = await house.again()
  await post({ ...status, status: ports })
  await tellAll()
  assert.deepEqual(await kept(), { events: once, calls: ['+15550100900 '], sent: 2 })
  await say('HANGUP:-74;ID;num:,cause:Normal call clearing')
  assert.deepEqual(await kept(), {
    ...{ events: ['CELLS', 'HANGUP', ...once.slice(1)], sent: 2 },
    calls: ['+15550100900 Normal call clearing'],
  })
  assert.deepEqual(bugsOf(house), [])
})
