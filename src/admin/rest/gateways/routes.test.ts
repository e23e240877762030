import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createEvents } from '#core'
import { createRandom } from '#lib/random'
import {
  type Ask,
  adminClock,
  bearer,
  json,
  problem,
  withAdmin,
} from '../../../../test/support/admin-server.ts'
import { aGatewayDesk, aSighting } from '../../../../test/support/gateway-desk.ts'
import type { DeviceView, LineView, PageView, SimView } from '../../contract.ts'
import { eventViewOf, type OutEvent, wantsOf } from '../../events/envelope.ts'
import { createFeed } from '../../events/feed.ts'

const auth = bearer('key-of-all')
const post = (body: object): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { ...(auth.headers as Record<string, string>), 'content-type': 'application/json' },
})

const withDesk = (
  work: (ask: Ask, place: ReturnType<typeof aGatewayDesk>) => Promise<void>,
): Promise<void> => {
  const place = aGatewayDesk()
  for (const line of ['1', '2', '3']) place.fleet.sight(aSighting(line))
  place.fleet.lose('box1', '3', 'silence')
  return withAdmin((ask) => work(ask, place), { gateways: place.desk })
}

describe('gateways over REST', () => {
  test('are listed with their devices and commands', () =>
    withDesk(async (ask) => {
      const { items } = await json<{ items: DeviceView[] }>(await ask('/devices', auth))
      assert.deepEqual(
        items.map(({ name, kind, lines, registered, commands }) => [name, kind, lines, registered, commands]),
        [['box1', 'goip', 3, 2, ['get_gsm_state', 'set_gsm_num']]],
      )
    }))

  test('show lines with state, reason and card, page by page', () =>
    withDesk(async (ask) => {
      const first = await json<PageView<LineView>>(await ask('/lines?limit=2', auth))
      assert.deepEqual(
        first.items.map(({ id }) => id),
        ['box1/1', 'box1/2'],
      )
      const rest = await json<PageView<LineView>>(await ask(`/lines?limit=2&cursor=${first.cursor}`, auth))
      const [lost] = rest.items
      assert.equal(rest.cursor, undefined)
      assert.equal(lost?.state, 'offline')
      assert.equal(lost?.sendable, false)
      assert.match(lost?.hindrance ?? '', /^offline since \d\d:\d\d \(silence\)$/)
      const one = await json<LineView>(await ask('/lines/box1/1', auth))
      assert.deepEqual(
        [one.iccid, one.number, one.operator, one.signal, one.port],
        ['890000000000000001', '+1555011', 'TEST NET', 20, '1'],
      )
      await problem(await ask('/lines?cursor=x', auth), 400)
      await problem(await ask('/lines/box1/9', auth), 404)
    }))

  test('find lines by filter and by part of what names them', () =>
    withDesk(async (ask) => {
      const ids = async (query: string) =>
        (await json<PageView<LineView>>(await ask(`/lines?${query}`, auth))).items.map(({ id }) => id)
      assert.deepEqual(await ids('sendable=false'), ['box1/3'])
      assert.deepEqual(await ids('state=registered'), ['box1/1', 'box1/2'])
      assert.deepEqual(await ids('search=555012'), ['box1/2'])
      assert.deepEqual(await ids('search=test%20net&limit=1'), ['box1/1'])
      assert.deepEqual(await ids('device=box2'), [])
      assert.deepEqual(await ids('kind=ejoin'), [])
    }))

  test('count for cards, wherever they are', () =>
    withDesk(async (ask, { fleet }) => {
      const claimed = fleet.claim({ targets: ['box1/1'], to: '+1999', strategy: 'round_robin' })
      assert.ok(claimed.ok)
      fleet.release('box1/1', '+1999', { kind: 'sent' })
      const moved = aSighting('1').sim ?? {}
      fleet.sight(aSighting('1', { sim: { iccid: '8911' } }))
      fleet.sight(aSighting('2', { sim: moved }))
      const { items } = await json<PageView<SimView>>(await ask('/sims?search=890000000000000001', auth))
      assert.deepEqual(
        items.map(({ line, counts }) => [line, counts.sent.total, counts.recipients]),
        [['box1/2', 1, 1]],
      )
      const all = await json<PageView<SimView>>(await ask('/sims?limit=3', auth))
      assert.equal(all.items.length, 3)
      const last = await json<PageView<SimView>>(await ask(`/sims?cursor=${all.cursor}`, auth))
      assert.deepEqual(
        last.items.map(({ iccid, line }) => [iccid, line]),
        [['8911', 'box1/1']],
      )
    }))

  test('are locked and unlocked, and need the scope for it', () =>
    withDesk(async (ask) => {
      const locked = await json<LineView>(await ask('/lines/box1/1/lock', { method: 'POST', ...auth }))
      assert.deepEqual([locked.locked, locked.hindrance], [true, 'locked by operator'])
      const open = await json<LineView>(await ask('/lines/box1/1/unlock', { method: 'POST', ...auth }))
      assert.deepEqual([open.locked, open.sendable], [false, true])
      await problem(await ask('/lines/box1/9/lock', { method: 'POST', ...auth }), 404)
      await problem(await ask('/lines/box1/1/lock', { method: 'POST', ...bearer('key-of-users') }), 403)
    }))

  test('are asked by USSD, menus and refusals included', () =>
    withDesk(async (ask, { asked }) => {
      const ussd = (body: object) => ask('/lines/box1/1/ussd', post(body))
      assert.deepEqual(await json(await ussd({ code: '*100#' })), { text: 'answer to *100#', open: false })
      assert.deepEqual(await json(await ussd({ code: '*1#' })), { text: 'answer to *1#', open: true })
      assert.deepEqual(await json(await ussd({})), { text: '', open: false })
      assert.equal(await problem(await ussd({ code: '*9#' }), 422), 'USSD send failed!')
      await problem(await ussd({ code: '*100# MSG' }), 400)
      assert.deepEqual(asked, ['box1/1 *100#', 'box1/1 *1#', 'box1/1 undefined', 'box1/1 *9#'])
    }))

  test('do their own commands, and no others', () =>
    withDesk(async (ask, { asked }) => {
      const command = (body: object) => ask('/lines/box1/2/command', post(body))
      assert.deepEqual(await json(await command({ name: 'set_gsm_num', values: ['+1'] })), {
        text: 'set_gsm_num +1',
      })
      assert.match(await problem(await command({ name: 'set_imei', values: ['1'] }), 422), /no command/)
      await problem(await command({ name: 'set_gsm_num', values: ['bad'] }), 422)
      await problem(await command({ name: 'set_gsm_num', values: ['a\nb'] }), 400)
      assert.deepEqual(asked, ['box1/2 set_gsm_num +1', 'box1/2 set_gsm_num bad'])
    }))

  test('tell what they recorded, page by page', () =>
    withDesk(async (ask, { told }) => {
      for (let n = 0; n < 5; n++) {
        told.events.push({ line: 'box1/1', name: `E${n}`, atMs: n, fields: { n: `${n}` } })
        const call = { outgoing: false, caller: '+1', callee: '+2', reason: 'over' }
        told.calls.push({ key: `k${n}`, line: 'box1/1', beginMs: 1000, ...call })
      }
      for (const [path, names] of [
        ['/gateway-events', ['E4', 'E3', 'E2', 'E1', 'E0']],
        ['/gateway-calls', ['k4', 'k3', 'k2', 'k1', 'k0']],
      ] as const) {
        const seen: unknown[] = []
        for (let cursor: string | undefined = ''; cursor !== undefined; ) {
          const more = cursor === '' ? '' : `&cursor=${cursor}`
          const page: PageView<{ name?: string; id?: string }> = await json(
            await ask(`${path}?limit=2${more}`, auth),
          )
          seen.push(...page.items.map(({ name, id }) => name ?? id))
          cursor = page.cursor
        }
        assert.deepEqual(seen, names)
        await problem(await ask(`${path}?cursor=WyJ4Il0`, auth), 400)
      }
    }))

  test('records of calls are joined with ours, by Call-ID or by time and number', () =>
    withDesk(async (ask, { told }) => {
      const call = { line: 'box1/1', outgoing: true, caller: '+1', callee: '1002', reason: 'over' }
      told.calls.push({ ...call, key: 'other', beginMs: 90_000 })
      told.calls.push({ ...call, key: 'by id', callId: 'old2@here', beginMs: 20 })
      told.calls.push({ ...call, key: 'by time', beginMs: 10 })
      const { items } = await json<PageView<{ id: string; gateway?: { id: string } }>>(
        await ask('/calls?state=ended', auth),
      )
      const joined = items.map(({ id, gateway }) => [id, gateway?.id])
      assert.deepEqual(joined, [
        ['old3', 'by time'],
        ['old2', 'by id'],
        ['old1', undefined],
      ])
      const { items: trunks } = await json<{ items: { name: string }[] }>(await ask('/trunks', auth))
      assert.deepEqual(trunks[0]?.name, 'pbx')
    }))

  test('routes are tried without sending', () =>
    withDesk(async (ask) => {
      const tried = await json<object>(
        await ask('/routes/try', post({ kind: 'message', from: '1001', to: '+1' })),
      )
      assert.deepEqual(tried, {
        ...{ accepted: true, why: 'message 1001 +1', route: 'out' },
        targets: [{ target: 'gateway:box1/1', usable: false, why: 'offline since 10:00' }],
      })
      await problem(await ask('/routes/try', post({ kind: 'fax', from: '1', to: '2' })), 400)
      assert.deepEqual(await json(await ask('/routes', auth)), { items: [] })
    }))
})

test('an event of a line carries card, line, port and number', () => {
  const events = createEvents()
  const { fleet } = aGatewayDesk(events)
  const feed = createFeed({ events, clock: adminClock.clock, random: createRandom() })
  const heard: OutEvent[] = []
  feed.subscribe({ wants: (type) => type === 'line.changed', hear: (event) => void heard.push(event) })
  fleet.sight(aSighting('1', { sim: { iccid: '8901', imsi: '00101', number: '+1555' } }))
  const [event] = heard.map(eventViewOf)
  const { line, port, iccid, imsi, number, state } = (event?.data ?? {}) as Record<string, unknown>
  assert.deepEqual(
    [event?.type, line, port, iccid, imsi, number, state],
    [...['line.changed', 'box1/1', '1', '8901', '00101', '+1555', 'registered']],
  )
})

test('an alarm of a gateway is told as it is kept, by types and groups', () => {
  const events = createEvents()
  const feed = createFeed({ events, clock: adminClock.clock, random: createRandom() })
  const heard: OutEvent[] = []
  feed.subscribe({ wants: wantsOf(['gateway.*']), hear: (event) => void heard.push(event) })
  const alarm = { line: 'box1/1', name: 'address-changed', atMs: 0, fields: { from: '192.0.2.1' } }
  events.publish({ kind: 'gateway.alarm', alarm })
  const [event] = heard.map(eventViewOf)
  assert.equal(event?.type, 'gateway.alarm')
  assert.deepEqual(event?.data, {
    ...{ alarm: 'address-changed', line: 'box1/1', port: '1', at: '1970-01-01T00:00:00.000Z' },
    fields: { from: '192.0.2.1' },
  })
})

test('an alarm names the card of its line, where one is known', () => {
  const events = createEvents()
  const { fleet } = aGatewayDesk(events)
  const lineOf = (id: string) => fleet.get(id)
  const feed = createFeed({ events, clock: adminClock.clock, random: createRandom(), lineOf })
  const heard: OutEvent[] = []
  feed.subscribe({ wants: wantsOf(['gateway.*']), hear: (event) => void heard.push(event) })
  fleet.sight(aSighting('1', { sim: { iccid: '8901', imsi: '00101', number: '+1555' } }))
  for (const line of ['box1/1', 'box1/2', 'box1'])
    events.publish({ kind: 'gateway.alarm', alarm: { line, name: 'restarted', atMs: 0, fields: {} } })
  assert.deepEqual(
    heard.map(({ data }) => {
      const { line, port, iccid, imsi, number } = data as Record<string, unknown>
      return [line, port, iccid, imsi, number]
    }),
    [
      ['box1/1', '1', '8901', '00101', '+1555'],
      ['box1/2', '2', undefined, undefined, undefined],
      ['box1', undefined, undefined, undefined, undefined],
    ],
  )
})
