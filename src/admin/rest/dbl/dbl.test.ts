import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applicationPorts, aTextHouse } from '../../../../test/support/admin-applications.ts'
import { withAdmin } from '../../../../test/support/admin-server.ts'
import { aGatewayDesk, aSighting } from '../../../../test/support/gateway-desk.ts'
import { memoryGateways } from '../../../../test/support/memory-gateways.ts'

const auth = { username: 'root', password: 'dbl secret' }
type Call = (call: string, body: object) => Promise<{ status: number; body: unknown }>

const withDbl = (
  work: (call: Call, house: ReturnType<typeof aTextHouse>) => Promise<void>,
  { house = aTextHouse(), records = memoryGateways() } = {},
): Promise<void> => {
  const { desk, fleet } = aGatewayDesk()
  fleet.sight(aSighting('1', { limits: { sms_day: { used: 40, limit: 100 } } }))
  fleet.sight(aSighting('2', { state: 'not-registered' }))
  fleet.lose('box1', '2', 'silence')
  return withAdmin(
    (_ask, port) =>
      work(async (call, body) => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
        const url = `http://127.0.0.1:${port}/goip/${call}/`
        const response = await fetch(url, { ...init, body: JSON.stringify(body) })
        return { status: response.status, body: await response.json() }
      }, house),
    { ...applicationPorts(house), gateways: { ...desk, records }, dblUsers: [auth] },
  )
}

describe("DBL's JSON calls", () => {
  test('take a text for several numbers, without their +, and tell what became of each', () =>
    withDbl(async (call, { messages }) => {
      const sent = await call('sendsms', { auth, number: '49301001,49301002', content: 'hi' })
      const { result, taskID } = sent.body as { result: string; taskID: string }
      assert.deepEqual([sent.status, result], [200, 'ACCEPT'])
      const rows = (await call('querysms', { auth, taskID })).body as Record<string, unknown>[]
      assert.deepEqual(
        rows.map((row) => [row.taskID, row.send, row.receipt, row.goip_line]),
        [
          [`${taskID}.49301001`, 'unsend', 0, ''],
          [`${taskID}.49301002`, 'unsend', 0, ''],
        ],
      )
      const one = (await call('querysms', { auth, taskID: `${taskID}.49301002` })).body as { id: string }[]
      assert.equal(one.length, 1)
      const record = await messages.get(one[0]?.id ?? '')
      assert.deepEqual(
        [record?.from, record?.to, record?.body],
        [...['root', '49301002', { kind: 'text', text: 'hi' }]],
      )
      assert.deepEqual((await call('querysms', { auth, taskID: '1' })).body, [])
    }))

  test('know tasks of before a restart', async () => {
    const kept = { house: aTextHouse(), records: memoryGateways() }
    let task = ''
    await withDbl(async (call) => {
      const { body } = await call('sendsms', { auth, number: '49301001,49301002', content: 'hi' })
      task = (body as { taskID: string }).taskID
      assert.match(task, /^[1-9]\d{0,9}$/)
      assert.ok(Number(task) < 2 ** 31)
    }, kept)
    await withDbl(async (call) => {
      const rows = (await call('querysms', { auth, taskID: task })).body as { taskID: string; send: string }[]
      assert.deepEqual(
        rows.map(({ taskID, send }) => [taskID, send]),
        [
          [`${task}.49301001`, 'unsend'],
          [`${task}.49301002`, 'unsend'],
        ],
      )
    }, kept)
  })

  test('list lines', () =>
    withDbl(async (call) => {
      assert.deepEqual((await call('querylines', { auth })).body, [
        { goip_line: '1', online: 1, reg: 'LOGIN', remain_sms: 60 },
        { goip_line: '2', online: 0, reg: 'LOGOUT', remain_sms: -1 },
      ])
    }))

  test('send by a wished line where a route leads there, and not else', () =>
    withDbl(async (call, { messages }) => {
      const wish = { auth, number: '49301001', content: 'x' }
      assert.equal(
        ((await call('sendsms', { ...wish, goip_line: '1' })).body as { result: string }).result,
        'ACCEPT',
      )
      assert.equal((await messages.list({ limit: 1 }))[0]?.tag, 'line:1')
      assert.deepEqual((await call('sendsms', { ...wish, goip_line: '9' })).body, {
        ...{ result: 'REJECT', reason: 'none_line' },
      })
    }))

  test('refuse what is no text, and numbers that nobody has', () =>
    withDbl(async (call) => {
      const reason = async (body: object) =>
        ((await call('sendsms', { auth, ...body })).body as { reason?: string }).reason
      assert.equal(await reason({ number: '49301001' }), 'content')
      assert.equal(await reason({ number: 'a\nb', content: 'x' }), 'number')
      assert.equal(
        await reason({
          number: Array(10_000)
            .fill(1)
            .map((_, n) => 1000 + n)
            .join(','),
          content: 'x',
        }),
        'number',
      )
      assert.equal(await reason({ number: '1555', content: 'x' }), 'none_line')
      assert.equal(await reason({ number: ['1'], content: { a: 1 } }), 'number')
    }))

  test('are for the configured users only', () =>
    withDbl(async (call) => {
      for (const wrong of [{}, { auth: 'root' }, { auth: { username: 'root', password: 'x' } }, []]) {
        const { status } = await call('querylines', wrong)
        assert.equal(status, 401)
      }
    }))

  test('are not there without users', () =>
    withAdmin(async (_ask, port) => {
      const response = await fetch(`http://127.0.0.1:${port}/goip/querylines/`, { method: 'POST' })
      assert.equal(response.status, 404)
    }))
})
