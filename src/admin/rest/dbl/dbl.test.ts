import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applicationPorts, aTextHouse } from '../../../../test/support/admin-applications.ts'
import { withAdmin } from '../../../../test/support/admin-server.ts'
import { aGatewayDesk, aSighting } from '../../../../test/support/gateway-desk.ts'
import { memoryGateways } from '../../../../test/support/memory-gateways.ts'
import type { RouteView } from '../../gateways/contract.ts'
import type { RouteDesk } from '../../gateways/ports.ts'

const auth = { username: 'root', password: 'dbl secret' }
type Call = (call: string, body: object) => Promise<{ status: number; body: unknown }>

type Fittings = {
  house?: ReturnType<typeof aTextHouse>
  records?: ReturnType<typeof memoryGateways>
  routes?: RouteDesk
  simLimits?: { perDay: number; perMonth: number; recipientsPerMonth: number }
  /** By the first line's card. */
  texted?: string[]
}

const aRoute = (name: string, tag: string | undefined, to: string[], fallback: string[] = []): RouteView => ({
  ...{ name, match: { kind: 'message', to: '*', from: '*', ...(tag !== undefined && { tag }) } },
  ...{ to, fallback, strategy: 'round_robin', settings: {} },
})

/** Two numbers have routes: the first whose tag fits, as in the house. */
const routesOf = (...list: RouteView[]): RouteDesk => ({
  list: () => list,
  try: ({ tag = '' }) => ({
    ...{ accepted: true, why: '', route: 'any' },
    targets: [{ target: `gateway:box1/${tag.replace('line:', '')}`, usable: true }],
  }),
  taken: ({ to, tag }) =>
    list.find(({ match }) => {
      const wanted = match.tag as string | undefined
      return (
        /^4930100[12]$/.test(to) && (wanted === undefined || wanted === '*' || new RegExp(wanted).test(tag))
      )
    })?.name,
})

const withDbl = (
  work: (call: Call, house: ReturnType<typeof aTextHouse>) => Promise<void>,
  {
    house = aTextHouse(),
    records = memoryGateways(),
    routes = routesOf(),
    simLimits,
    texted = [],
  }: Fittings = {},
): Promise<void> => {
  const { desk, fleet } = aGatewayDesk()
  fleet.sight(aSighting('1', { limits: { sms_day: { used: 40, limit: 100 } } }))
  fleet.sight(aSighting('2', { state: 'not-registered' }))
  fleet.lose('box1', '2', 'silence')
  for (const to of texted) fleet.sentElsewhere('box1/1', to)
  return withAdmin(
    (_ask, port) =>
      work(async (call, body) => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
        const url = `http://127.0.0.1:${port}/goip/${call}/`
        const response = await fetch(url, { ...init, body: JSON.stringify(body) })
        return { status: response.status, body: await response.json() }
      }, house),
    {
      ...applicationPorts(house),
      gateways: { ...desk, records, routes },
      dblUsers: [auth],
      ...(simLimits && { simLimits }),
    },
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

  for (const [what, simLimits, left] of [
    ['a month', { perDay: 80, perMonth: 50, recipientsPerMonth: -1 }, [47, 50]],
    ['a day', { perDay: 40, perMonth: 50, recipientsPerMonth: 90 }, [37, 40]],
    ['different numbers', { perDay: 80, perMonth: 50, recipientsPerMonth: 20 }, [18, 20]],
    ['different numbers alone', { perDay: -1, perMonth: -1, recipientsPerMonth: 1 }, [0, 1]],
  ] as const)
    test(`tell the least that any limit leaves of a card: ${what}`, () =>
      withDbl(
        async (call) => {
          const rows = (await call('querylines', { auth })).body as { remain_sms: number }[]
          assert.deepEqual(
            rows.map(({ remain_sms }) => remain_sms),
            left,
          )
        },
        { simLimits, texted: ['+1', '+2', '+1'] },
      ))

  const untagged = aRoute('any', undefined, ['gateway:box1'])
  const sendBy = async (call: Call, wish: object, number = '49301001') =>
    (await call('sendsms', { auth, number, content: 'x', ...wish })).body as {
      result: string
      reason?: string
      taskID: string
    }

  test('send by a wished line where a route leads there alone, and not else', () =>
    withDbl(
      async (call, { messages }) => {
        assert.equal((await sendBy(call, { goip_line: '1' })).result, 'ACCEPT')
        assert.equal((await messages.list({ limit: 1 }))[0]?.tag, 'line:1')
        for (const line of ['9', '2', '3', '4'])
          assert.deepEqual(await sendBy(call, { goip_line: line }), {
            ...{ result: 'REJECT', reason: 'none_line' },
          })
        assert.equal((await messages.list({ limit: 9 })).length, 1)
      },
      {
        routes: routesOf(
          aRoute('first', '^line:1$', ['gateway:box1/1'], ['inbox']),
          aRoute('whole device', '^line:2$', ['gateway:box1']),
          aRoute('or another', '^line:3$', ['gateway:box1/3'], ['gateway:box1/4']),
          aRoute('any tag', '*', ['gateway:box1/4']),
          untagged,
        ),
      },
    ))

  test('send by a wished provider where a route names it, and not by routes for all', () =>
    withDbl(
      async (call) => {
        assert.equal((await sendBy(call, { provider: 'blue' })).result, 'ACCEPT')
        assert.deepEqual(await sendBy(call, { provider: 'bleu' }), {
          ...{ result: 'REJECT', reason: 'none_provider' },
        })
      },
      { routes: routesOf(aRoute('blue', '^provider:blue$', ['gateway:box1']), untagged) },
    ))

  test('leave out the numbers of a task that the wish does not reach', () =>
    withDbl(
      async (call) => {
        const { taskID } = await sendBy(call, { goip_line: '1' }, '49301001,49301003,49301002')
        const rows = (await call('querysms', { auth, taskID })).body as { taskID: string }[]
        assert.deepEqual(
          rows.map((row) => row.taskID),
          [`${taskID}.49301001`, `${taskID}.49301002`],
        )
      },
      { routes: routesOf(aRoute('first', '^line:1$', ['gateway:box1/1'])) },
    ))

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
