import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { applicationPorts, aTextHouse, type TextHouse } from '../../../../test/support/admin-applications.ts'
import { type Ask, bearer, json, problem, withAdmin } from '../../../../test/support/admin-server.ts'
import type { AcceptedView, MessageDetailView, MessageView, PageView, ProblemView } from '../../contract.ts'

type Work = (ask: Ask, house: TextHouse, port: number) => Promise<void>

const withTexts = (work: Work, house = aTextHouse()): Promise<void> =>
  withAdmin((ask, port) => work(ask, house, port), applicationPorts(house))

const post = (body: unknown, headers: Record<string, string> = {}, key = 'key-of-sender'): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const all = bearer('key-of-all')
const accepted = async (response: Response, status = 201): Promise<AcceptedView> => {
  assert.equal(response.status, status, await response.clone().text())
  return (await response.json()) as AcceptedView
}
const fieldsOf = async (response: Response, status: number): Promise<string[]> => {
  const fields = ((await response.clone().json()) as ProblemView).errors?.map(({ field }) => field)
  await problem(response, status)
  return fields ?? []
}

describe('a text by REST', () => {
  test('is stored before it is answered, and shows its life', () =>
    withTexts(async (ask, house) => {
      const response = await ask(
        '/messages',
        post({ from: 'Clinic', to: '+49301001', text: 'At nine.', validity: 60, tag: 'r7' }),
      )
      const { id, repeated } = await accepted(response)
      assert.equal(repeated, false)
      assert.equal(response.headers.get('location'), `/api/v1/messages/${id}`)
      assert.ok(house.store.rows.has(id))
      const view = await json<MessageDetailView>(await ask(`/messages/${id}`, all))
      assert.deepEqual(
        [view.from, view.to, view.recipient, view.text, view.tag, view.origin, view.state],
        ['Clinic', '+49301001', 'alice@home.example', 'At nine.', 'r7', 'rest', 'queued'],
      )
      assert.equal(Date.parse(view.expiresAt) - Date.parse(view.acceptedAt), 60_000)
      assert.equal(view.timeline[0]?.state, 'queued')
      assert.equal(view.timeline[0]?.at, view.acceptedAt)
    }))

  test('reaches a phone and tells so in its timeline', () => {
    const house = aTextHouse()
    house.carrier = { deliver: async () => ({ kind: 'delivered', route: 'ims' }) }
    return withTexts(async (ask) => {
      const { id } = await accepted(await ask('/messages', post({ to: 'bob', text: 'x' })))
      let view: MessageDetailView
      do view = await json<MessageDetailView>(await ask(`/messages/${id}`, all))
      while (view.state !== 'delivered')
      assert.deepEqual([view.route, view.timeline.at(-1)?.route], ['ims', 'ims'])
    }, house)
  })

  test('is for a number, a name, an identity or an IMPI', () =>
    withTexts(async (ask) => {
      for (const [to, impi] of [
        ['alice', 'alice'],
        ['+49 30 1001', 'alice'],
        ['tel:+49301002', 'bob'],
        ['tel:1002;phone-context=+4930', 'bob'],
        ['sip:bob@home.example', 'bob'],
        ['sip:bob:pw@anywhere;user=phone', 'bob'],
        ['bob@home.example', 'bob'],
        ['jürgen', 'jürgen'],
        ['sip:j%C3%BCrgen@home.example', 'jürgen'],
      ] as const) {
        const { id } = await accepted(await ask('/messages', post({ to, text: 'x' })))
        const view = await json<MessageView>(await ask(`/messages/${id}`, all))
        assert.equal(view.recipient, `${impi}@home.example`, to)
      }
    }))

  test('may be octets with a header, and may be flash', () =>
    withTexts(async (ask, { store }) => {
      const bodyOf = async (request: object) =>
        store.rows.get((await accepted(await ask('/messages', post({ to: 'bob', ...request })))).id)?.body
      assert.deepEqual(await bodyOf({ data: 'CAFE', udh: '0504158a0000', dcs: 245 }), {
        kind: 'data',
        octets: 'cafe',
        dcs: 245,
        udh: '0504158a0000',
      })
      assert.deepEqual(await bodyOf({ data: 'yv4=', encoding: 'base64' }), {
        kind: 'data',
        octets: 'cafe',
        dcs: 4,
      })
      assert.deepEqual(await bodyOf({ text: 'now', flash: true }), { kind: 'text', text: 'now', dcs: 16 })
      assert.deepEqual(await bodyOf({ data: '00', flash: true }), { kind: 'data', octets: '00', dcs: 20 })
      assert.deepEqual(await bodyOf({ text: 'a\ud800' }), { kind: 'text', text: 'a\ufffd' })
    }))

  test('says for itself whether it may go twice', () =>
    withTexts(async (ask, { store }) => {
      for (const delivery of ['at_most_once', 'at_least_once', undefined]) {
        const { id } = await accepted(await ask('/messages', post({ to: 'bob', text: 'x', delivery })))
        assert.equal(store.rows.get(id)?.delivery, delivery)
        assert.equal((await json<MessageView>(await ask(`/messages/${id}`, all))).delivery, delivery)
      }
      const refused = await ask('/messages', post({ to: 'bob', text: 'x', delivery: 'exactly_once' }))
      const { errors } = (await refused.json()) as ProblemView
      assert.match(errors?.[0]?.detail ?? '', /at_most_once.*at_least_once/)
    }))

  test('can be cancelled while it waits, once', () =>
    withTexts(async (ask) => {
      const { id } = await accepted(await ask('/messages', post({ to: 'bob', text: 'x' })))
      const view = await json<MessageDetailView>(await ask(`/messages/${id}/cancel`, post({})))
      assert.equal(view.state, 'cancelled')
      assert.match(await problem(await ask(`/messages/${id}/cancel`, post({})), 409), /cancelled/)
      await problem(await ask('/messages/none/cancel', post({})), 404)
    }))
})

describe('an Idempotency-Key', () => {
  test('makes a repeat the same message, and another body a refusal', () =>
    withTexts(async (ask, { store }) => {
      const body = { to: 'bob@home.example', text: 'once', validity: 60 }
      const key = { 'idempotency-key': '"k-1"' }
      const first = await accepted(await ask('/messages', post(body, key)))
      const response = await ask('/messages', post(body, key))
      assert.equal(response.headers.get('location'), `/api/v1/messages/${first.id}`)
      assert.deepEqual(await accepted(response, 200), { id: first.id, repeated: true })
      for (const other of [
        { text: 'twice' },
        { from: 'X' },
        { tag: 't' },
        { validity: 61 },
        { flash: true },
        { delivery: 'at_least_once' },
      ]) {
        const refused = await ask('/messages', post({ ...body, ...other }, key))
        assert.deepEqual(await fieldsOf(refused, 422), ['Idempotency-Key'])
      }
      assert.equal(store.rows.size, 1)
    }))

  test('belongs to the API key that used it, however long both are', () =>
    withTexts(async (ask, { store }) => {
      for (const length of [1, 200]) {
        const key = { 'idempotency-key': 'k'.repeat(length) }
        const one = await accepted(await ask('/messages', post({ to: 'bob', text: 'x' }, key)))
        const two = await accepted(await ask('/messages', post({ to: 'bob', text: 'x' }, key, 'key-of-all')))
        assert.notEqual(one.id, two.id)
        await accepted(await ask('/messages', post({ to: 'bob', text: 'x' }, key)), 200)
      }
      assert.equal(store.rows.size, 4)
    }))

  test('used by fifty at once makes one message', () =>
    withTexts(async (ask, { store }) => {
      const one = post({ to: 'bob', text: 'race' }, { 'idempotency-key': 'race' })
      const responses = await Promise.all(Array.from({ length: 50 }, () => ask('/messages', one)))
      const views = await Promise.all(responses.map((response) => response.json() as Promise<AcceptedView>))
      assert.equal(new Set(views.map(({ id }) => id)).size, 1)
      assert.equal(responses.filter(({ status }) => status === 201).length, 1)
      assert.equal(views.filter(({ repeated }) => !repeated).length, 1)
      assert.equal(store.rows.size, 1)
    }))

  test('has to be readable', () =>
    withTexts(async (ask) => {
      for (const key of ['', '"', '"open', 'a b', 'a\\b', 'x'.repeat(201), '"ü"'])
        assert.deepEqual(
          await fieldsOf(
            await ask('/messages', post({ to: 'bob', text: 'x' }, { 'idempotency-key': key })),
            400,
          ),
          ['Idempotency-Key'],
          key,
        )
    }))
})

describe('nonsense as a text', () => {
  test('is refused with the member that is wrong', () =>
    withTexts(async (ask, { store }) => {
      const wrong: [request: unknown, field: string][] = [
        [{ text: 'x' }, 'to'],
        [{ to: 'bob' }, 'text'],
        [{ to: 7, text: 'x' }, 'to'],
        [{ to: ['bob'], text: 'x' }, 'to'],
        [{ to: 'bob', text: null }, 'text'],
        [{ to: 'bob', text: '' }, 'text'],
        [{ to: 'bob', text: 'x'.repeat(17_086) }, 'text'],
        [{ to: 'bob', text: 'x', flsh: true }, 'flsh'],
        [{ to: 'bob', text: 'x', flash: 'true' }, 'flash'],
        [{ to: 'bob', text: 'x', data: '00' }, 'data'],
        [{ to: 'bob', text: 'x', udh: '00' }, 'udh'],
        [{ to: 'bob', text: 'x', dcs: 4 }, 'dcs'],
        [{ to: 'bob', text: 'x', validity: 0 }, 'validity'],
        [{ to: 'bob', text: 'x', validity: 1.5 }, 'validity'],
        [{ to: 'bob', text: 'x', validity: 1e12 }, 'validity'],
        [{ to: 'bob', text: 'x', delivery: 'exactly_once' }, 'delivery'],
        [{ to: 'bob', text: 'x', delivery: true }, 'delivery'],
        [{ to: 'bob', text: 'x', from: 'a\r\nb' }, 'from'],
        [{ to: 'bob', text: 'x', from: '<sip:x>' }, 'from'],
        [{ to: 'bob', text: 'x', tag: 'x'.repeat(256) }, 'tag'],
        [{ to: 'bob', data: 'abc' }, 'data'],
        [{ to: 'bob', data: '????', encoding: 'base64' }, 'data'],
        [{ to: 'bob', data: '00', encoding: 'rot13' }, 'encoding'],
        [{ to: 'bob', data: '00', udh: '0a' }, 'udh'],
        [{ to: 'bob', data: '00', udh: '0504aa' }, 'udh'],
        [{ to: 'bob', data: '00', dcs: 256 }, 'dcs'],
        [{ to: 'bob', data: '00', dcs: 4, flash: true }, 'flash'],
        [{ to: 'bob', data: '00'.repeat(140), udh: '0500' }, 'data'],
        [[], 'body'],
        ['null', 'body'],
        ['"text"', 'body'],
      ]
      for (const [request, field] of wrong)
        assert.deepEqual(
          await fieldsOf(await ask('/messages', post(request)), 400),
          [field],
          `${JSON.stringify(request)?.slice(0, 80)}`,
        )
      for (const [to, field] of [
        ['carol', 'to'],
        ['+1', 'to'],
        ['sip:', 'to'],
        ['@', 'to'],
        [';', 'to'],
      ] as const)
        assert.deepEqual(await fieldsOf(await ask('/messages', post({ to, text: 'x' })), 422), [field], to)
      assert.equal(store.rows.size, 0)
    }))

  test('of no JSON at all, too deep or too big is a problem as well', () =>
    withTexts(async (ask, _house, port) => {
      for (const body of [
        '',
        '{',
        '{"to":',
        `${'['.repeat(30_000)}`,
        '\0',
        '{"__proto__":{},"to":"bob","text":"x"}',
      ])
        await problem(await ask('/messages', post(body)), 400)
      await problem(await ask('/messages', post({ to: 'bob', text: 'x'.repeat(70_000) })), 413)
      await problem(await ask('/messages', post('to=bob', { 'content-type': 'text/plain' })), 415)
      const broken = await new Promise<string>((resolve) => {
        const socket = connect(port, '127.0.0.1', () =>
          socket.end('POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"to"'),
        )
        let text = ''
        socket.on('data', (piece) => {
          text += piece
        })
        socket.on('close', () => resolve(text))
        socket.on('error', () => resolve(text))
      })
      assert.doesNotMatch(broken, /201/)
      assert.equal((await ask('/health')).status, 200)
    }))

  test('in other methods hears which there are', () =>
    withTexts(async (ask) => {
      for (const method of ['DELETE', 'PUT', 'PATCH', 'OPTIONS']) {
        const response = await ask('/messages', { method, ...all })
        assert.equal(response.headers.get('allow'), 'POST, GET, HEAD')
        await problem(response, 405)
      }
      await problem(await ask('/messages/x', { method: 'DELETE', ...all }), 405)
      await problem(await ask('/messages/x', all), 404)
    }))

  test('needs the scope', () =>
    withTexts(async (ask) => {
      await problem(await ask('/messages', bearer('key-of-sender')), 403)
      await problem(await ask('/messages', post({ to: 'bob', text: 'x' }, {}, 'key-of-users')), 403)
      await problem(await ask('/messages', { method: 'POST' }), 401)
    }))
})

describe('what cannot be taken', () => {
  test('is told to come again when too many wait, or when the disk is full', async () => {
    const house = aTextHouse({ mostPerRecipient: 2 })
    await withTexts(async (ask) => {
      for (const _ of [1, 2]) await accepted(await ask('/messages', post({ to: 'bob', text: 'x' })))
      const crowded = await ask('/messages', post({ to: 'bob', text: 'x' }))
      assert.equal(crowded.headers.get('retry-after'), '5')
      await problem(crowded, 503)
      house.store.full = true
      const failed = await ask('/messages', post({ to: 'alice', text: 'x' }, { 'idempotency-key': 'again' }))
      assert.equal(failed.headers.get('retry-after'), '5')
      assert.match(await problem(failed, 503), /stored/)
      house.store.full = false
      await accepted(await ask('/messages', post({ to: 'alice', text: 'x' }, { 'idempotency-key': 'again' })))
      assert.equal(house.store.rows.size, 3)
    }, house)
  })
})

describe('the list of texts', () => {
  test('has pages of any size, newest first, and filters', () =>
    withTexts(async (ask) => {
      for (let n = 1; n <= 5; n++)
        await accepted(await ask('/messages', post({ to: n % 2 ? 'alice' : 'bob', text: `number ${n}` })))
      const get = async (query: string) => json<PageView<MessageView>>(await ask(`/messages?${query}`, all))
      for (const limit of [1, 2, 5, 9]) {
        const seen: (string | undefined)[] = []
        let page: PageView<MessageView> = { items: [], cursor: '' }
        for (let turn = 0; page.cursor !== undefined && turn < 9; turn++) {
          page = await get(`limit=${limit}${page.cursor ? `&cursor=${page.cursor}` : ''}`)
          seen.push(...page.items.map(({ text }) => text?.slice(7)))
        }
        assert.deepEqual(seen, ['5', '4', '3', '2', '1'], `pages of ${limit}`)
      }
      const texts = async (query: string) => (await get(query)).items.map(({ text }) => text?.slice(7))
      assert.deepEqual(await texts('user=bob'), ['4', '2'])
      assert.deepEqual(await texts('number=alice'), ['5', '3', '1'])
      assert.deepEqual(await texts('text=ber%203'), ['3'])
      assert.deepEqual(await texts('state=queued&user=bob'), ['4', '2'])
      assert.deepEqual(await texts('state=delivered'), [])
      for (const [query, field] of [
        ['state=gone', 'state'],
        ['limit=x', 'limit'],
        ['limit=501', 'limit'],
        ['cursor=x', 'cursor'],
        ['cursor=W10', 'cursor'],
        ['cursor=WyJhIiwiYiJd', 'cursor'],
        ['colour=red', 'colour'],
      ] as const)
        assert.deepEqual(await fieldsOf(await ask(`/messages?${query}`, all), 400), [field], query)
    }))
})
