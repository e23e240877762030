import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err, ok } from '#lib/result'
import { type Ask, bearer, json, problem, withAdmin } from '../../../../test/support/admin-server.ts'
import { aGatewayDesk, aSighting } from '../../../../test/support/gateway-desk.ts'
import type { GoipLineView, LineView, PageView } from '../../contract.ts'
import type { GoipLineWish } from '../../gateways/ports.ts'

const auth = bearer('key-of-all')
const post = (body: object): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { ...(auth.headers as Record<string, string>), 'content-type': 'application/json' },
})

const aLine = (id: string): GoipLineView => ({
  ...{ id, line: `box1/${id}`, added: id !== 'a1', number: '', device: 'box1', status_ok: 200 },
  ...{
    status_refused: 404,
    wait_poll: 'never',
    number_format: 'plus',
    pin_address: true,
    ack_newline: false,
  },
  ...{ direct_sms: false, call_events: true, module_off: 2, trunk: '' },
})

const withLines = (work: (ask: Ask, wishes: GoipLineWish[]) => Promise<void>): Promise<void> => {
  const { desk, fleet } = aGatewayDesk()
  const wishes: GoipLineWish[] = []
  const goipLines = {
    put: (wish: GoipLineWish) => {
      if (wish.id === 'fixed') return err('configured' as const)
      if (wish.id === 'ej1') return err('ejoin' as const)
      if (wish.id === 'unlucky') return err('failure' as const)
      wishes.push(wish)
      fleet.sight(aSighting(wish.id))
      return ok(`box1/${wish.id}`)
    },
    remove: (id: string) =>
      id === 'fixed' ? err('configured' as const) : id === 'g1' ? ok(undefined) : err('unknown' as const),
    lines: (after = '') => ['a1', 'a2', 'a3'].filter((id) => id > after).map(aLine),
  }
  return withAdmin((ask) => work(ask, wishes), { gateways: { ...desk, goipLines } })
}

describe('lines of GoIP gateways over REST', () => {
  test('are added with what is said of them, and answered without their password', () =>
    withLines(async (ask, wishes) => {
      const wish = { id: 'g1', password: 'geheim', device: 'box1', wait_poll: 'never' }
      const answer = await ask('/goip-lines', post(wish))
      const text = await answer.clone().text()
      const line = await json<LineView>(answer)
      assert.deepEqual([line.id, line.port], ['box1/g1', 'g1'])
      assert.doesNotMatch(text, /geheim/)
      assert.deepEqual(wishes, [wish])
    }))

  test('are refused where they would break messages, routes or the configuration', () =>
    withLines(async (ask, wishes) => {
      for (const [wish, status] of [
        [{ id: 'g1' }, 400],
        [{ id: 'a;b', password: 'p' }, 400],
        [{ id: 'g1', password: 'a b' }, 400],
        [{ id: 'g1', password: 'p', device: 'a/b' }, 400],
        [{ id: 'g1', password: 'p', nonsense: 1 }, 400],
        [{ id: 'g1', password: 'p', number_format: 'pluss' }, 400],
        [{ id: 'g1', password: 'p', number: '+' }, 400],
        [{ id: 'fixed', password: 'p' }, 409],
        [{ id: 'unlucky', password: 'p' }, 503],
      ] as const)
        assert.equal((await ask('/goip-lines', post(wish))).status, status, JSON.stringify(wish))
      const why = await problem(await ask('/goip-lines', post({ id: 'ej1', password: 'p' })), 409)
      assert.match(why, /"ej1" is the name of an Ejoin gateway \(ejoin\.devices in the configuration\)/)
      assert.deepEqual(wishes, [])
    }))

  test('are listed with their settings, page by page, for who may change them', () =>
    withLines(async (ask) => {
      const first = await json<PageView<GoipLineView>>(await ask('/goip-lines?limit=2', auth))
      assert.deepEqual(first.items, [aLine('a1'), aLine('a2')])
      const rest = await json(await ask(`/goip-lines?limit=2&cursor=${first.cursor}`, auth))
      assert.deepEqual(rest, { items: [aLine('a3')] })
      assert.match(await problem(await ask('/goip-lines?cursor=x', auth), 400), /cursor/)
      assert.equal((await ask('/goip-lines')).status, 401)
    }))

  test('are removed, but for those that were never added', () =>
    withLines(async (ask) => {
      assert.deepEqual(await json(await ask('/goip-lines/g1/remove', { ...auth, method: 'POST' })), {
        id: 'g1',
      })
      for (const [id, status] of [
        ['g2', 404],
        ['fixed', 409],
      ] as const)
        assert.equal((await ask(`/goip-lines/${id}/remove`, { ...auth, method: 'POST' })).status, status)
    }))

  test('need an open port', () =>
    withAdmin(
      async (ask) => {
        const answer = await ask('/goip-lines', post({ id: 'g1', password: 'p' }))
        assert.match(await problem(answer, 503), /no goip/)
      },
      { gateways: aGatewayDesk().desk },
    ))
})
