import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openGoipSocket } from '../support/goip-socket.ts'
import { freePort } from '../support/ports.ts'
import { API_KEY, startTandem, type Tandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }

const post = (house: Tandem, path: string, body?: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${house.ports.http}/api/v1${path}`, {
    ...{ method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) },
    ...(!body && { headers: { authorization: `Bearer ${API_KEY}` } }),
  })

const settings = (own: object): object => ({
  ...{ number: '', status_refused: 404, wait_poll: 'silent', number_format: 'plus', pin_address: true },
  ...{ ack_newline: false, direct_sms: false, call_events: true, module_off: 2, trunk: '' },
  ...own,
})

test('a line that is added by REST is heard at once, survives a restart, and goes when it is removed', async (t) => {
  const port = await freePort()
  let house = await startTandem({
    config: {
      goip: { addr: `127.0.0.1:${port}`, lines: [{ id: 'g0', password: 'geheim' }] },
      ejoin: { devices: [{ name: 'ej1', secret: 'a-secret-of-24-characters' }] },
    },
  })
  t.after(() => house.stop())
  const twin = await post(house, '/goip-lines', { id: 'g1', password: 'pw', device: 'ej1' })
  assert.equal(twin.status, 409)
  assert.match(await twin.text(), /ej1.* is the name of an Ejoin gateway/)
  const socket = await openGoipSocket({ id: 'g1', password: 'pw', server: port })
  t.after(() => socket.close())
  const heard = async (): Promise<string | undefined> => {
    const had = socket.heard.length
    socket.device.keepalive()
    return until('an answer', () => socket.heard[had])
  }
  assert.match((await heard()) ?? '', /status:404;$/)
  const added = await post(house, '/goip-lines', { id: 'g1', password: 'pw', device: 'box', status_ok: 200 })
  assert.equal(added.status, 200, await added.text())
  assert.match((await heard()) ?? '', /status:200;$/)
  assert.match(readFileSync(join(house.dataDir, 'goip-lines.json'), 'utf8'), /"id": "g1"/)

  await house.kill9()
  house = await house.again()
  assert.match((await heard()) ?? '', /status:200;$/)
  const { state } = await house.rest<{ state: string }>('/lines/box/g1')
  assert.equal(state, 'registered')
  const { items } = await house.rest<{ items: object[] }>('/goip-lines')
  assert.deepEqual(items, [
    settings({ id: 'g0', line: 'g0/g0', added: false, device: '', status_ok: 0 }),
    settings({ id: 'g1', line: 'box/g1', added: true, device: 'box', status_ok: 200 }),
  ])
  assert.equal((await post(house, '/goip-lines/g1/remove')).status, 200)
  assert.match((await heard()) ?? '', /status:404;$/)
  assert.equal((await post(house, '/goip-lines/g1/remove')).status, 404)
  assert.equal((await house.rest<{ items: object[] }>('/goip-lines')).items.length, 1)
})
