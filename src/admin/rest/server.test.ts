import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { aGuard, aHouse } from '../../../test/support/admin-house.ts'
import {
  adminClock,
  adminPorts,
  bearer,
  json,
  problem,
  withAdmin,
} from '../../../test/support/admin-server.ts'
import type { CallView, PageView, UserView } from '../contract.ts'
import { createAdmin } from '../index.ts'

const { advance } = adminClock

describe('REST', () => {
  test('tells everybody that it is well', () =>
    withAdmin(async (ask) => {
      advance(5000)
      assert.deepEqual(await json(await ask('/health')), { status: 'ok', version: '1.2.3', uptimeS: 5 })
    }))

  test('lets in who shows a key with the scope, and nobody else', () =>
    withAdmin(async (ask) => {
      assert.equal((await ask('/users', bearer('key-of-users'))).status, 200)
      assert.equal((await ask('/calls', bearer('key-of-all'))).status, 200)
      assert.match(
        await problem(await ask('/calls', bearer('key-of-users')), 403),
        /lacks the scope calls:read/,
      )
      const refused = await ask('/users')
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/)
      await problem(refused, 401)
      for (const wrong of ['key-of-user', 'key-of-userss', 'x'])
        await problem(await ask('/users', bearer(wrong)), 401)
      await problem(await ask('/users', { headers: { authorization: 'Basic eDp5' } }), 401)
    }))

  test('blocks a source that keeps failing, but not those who bring nothing, and not health', () =>
    withAdmin(
      async (ask) => {
        for (let i = 0; i < 5; i++) await problem(await ask('/users'), 401)
        for (let i = 0; i < 3; i++) await problem(await ask('/users', bearer('wrong')), 401)
        const blocked = await ask('/users', bearer('key-of-all'))
        assert.equal(blocked.headers.get('retry-after'), '60')
        await problem(blocked, 429)
        assert.equal((await ask('/health')).status, 200)
        await problem(await ask('/login', { method: 'POST' }), 429)
      },
      { guard: aGuard(3) },
    ))

  test('pages and filters users', () =>
    withAdmin(async (ask) => {
      const get = async (query: string) =>
        json<PageView<UserView>>(await ask(`/users?${query}`, bearer('key-of-all')))
      const first = await get('limit=2')
      assert.deepEqual(
        first.items.map((user) => user.impi),
        ['1001@home.example', '1002@home.example'],
      )
      const second = await get(`limit=2&cursor=${first.cursor}`)
      assert.deepEqual(
        [second.items.map((user) => user.impi), second.cursor],
        [['1003@home.example'], undefined],
      )
      for (const query of ['user=1002', 'user=sip:1002@home.example', 'number=%2B491002'])
        assert.deepEqual(
          (await get(query)).items.map((user) => user.impi),
          ['1002@home.example'],
        )
      assert.equal((await get('registered=false')).items.length, 1)
    }))

  test('shows calls in progress first, then records, over pages of any size', () =>
    withAdmin(async (ask) => {
      const get = async (query: string) =>
        json<PageView<CallView>>(await ask(`/calls?${query}`, bearer('key-of-all')))
      for (const limit of [1, 2, 3, 4, 5, 9]) {
        const seen: string[] = []
        let page: PageView<CallView> = { items: [], cursor: '' }
        for (let turn = 0; page.cursor !== undefined && turn < 9; turn++) {
          page = await get(`limit=${limit}${page.cursor ? `&cursor=${page.cursor}` : ''}`)
          seen.push(...page.items.map((call) => call.id))
        }
        assert.deepEqual(seen, ['live2', 'live1', 'old3', 'old2', 'old1'], `pages of ${limit}`)
      }
      const { items } = await get('')
      assert.deepEqual(items[0], {
        id: 'live2',
        state: 'answered',
        caller: 'sip:bob@home.example',
        callee: 'sip:1002@home.example',
        dialled: '1002',
        kind: 'call',
        video: false,
        startedAt: '1970-01-01T00:00:03.000Z',
        answeredAt: items[0]?.answeredAt,
        talkS: 5,
        callIds: ['live2@here'],
      })
      assert.deepEqual([items[2]?.state, items[2]?.talkS, items[2]?.cause], ['ended', 1.5, 'caller'])
      const ids = async (query: string) => (await get(query)).items.map((call) => call.id)
      assert.deepEqual(await ids('state=active'), ['live2', 'live1'])
      assert.deepEqual(await ids('state=ringing'), ['live1'])
      assert.deepEqual(await ids('state=ended'), ['old3', 'old2', 'old1'])
      assert.deepEqual(await ids('user=bob'), ['live2'])
    }))

  test('answers nonsense with a problem document', () =>
    withAdmin(async (ask) => {
      const asked = (path: string) => ask(path, bearer('key-of-all'))
      assert.match(await problem(await asked('/calls?limit=0'), 400), /limit/)
      assert.match(await problem(await asked('/calls?state=loud'), 400), /state/)
      for (const cursor of ['x', 'WyJ4Il0', 'WyJsaXZlIiwieCJd', 'e30', '%00'])
        assert.match(await problem(await asked(`/calls?cursor=${cursor}`), 400), /cursor/)
      assert.match(await problem(await asked('/users?cursor=W10'), 400), /cursor/)
      await problem(await asked('/nowhere'), 404)
      await problem(await ask('/login', { method: 'POST', body: 'password=right' }), 415)
      const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
      await problem(await ask('/login', { ...post, body: '{"password":' }), 400)
      await problem(await ask('/login', { ...post, body: '{"password":7,"__proto__":{}}' }), 400)
      await problem(
        await ask('/login', { ...post, body: JSON.stringify({ password: 'x'.repeat(70_000) }) }),
        413,
      )
    }))

  test('bounds header fields, and hears no more of what is no HTTP', () =>
    withAdmin(async (ask, port) => {
      assert.equal((await ask('/health', { headers: { 'x-long': 'x'.repeat(20_000) } })).status, 431)
      const answer = await new Promise<string>((resolve) => {
        let text = ''
        const socket = connect(port, '127.0.0.1', () => socket.write('\x16\x03\x01 no http\r\n\r\n'))
        socket.on('data', (chunk) => {
          text += chunk
        })
        socket.on('close', () => resolve(text))
      })
      assert.match(answer, /^HTTP\/1\.1 400/)
      assert.equal((await ask('/health')).status, 200)
    }))

  test('a fault of ours is logged and not told', () => {
    const lines: string[] = []
    return withAdmin(
      async (ask) => {
        assert.equal(await problem(await ask('/users', bearer('key-of-all')), 500), '')
        assert.match(lines.join(), /secret detail/)
      },
      {
        house: aHouse({
          users: () => {
            throw new Error('secret detail')
          },
        }),
        log: { on: () => true, write: (_layer, level, text) => void (level === 'error' && lines.push(text)) },
      },
    )
  })
})

describe('the admin server', () => {
  test('says which address it could not bind', () =>
    withAdmin(async (_ask, port) => {
      const second = await createAdmin({ ...adminPorts(), http: [{ address: '127.0.0.1', port }] })
      assert.ok(!second.ok)
      assert.equal(second.error.address, `127.0.0.1:${port}`)
      assert.match(second.error.text, /EADDRINUSE/)
    }))

  test('never speaks without TLS where TLS was asked for', async () => {
    const opened = await createAdmin({
      ...adminPorts(),
      http: [],
      https: [{ address: '127.0.0.1', port: 0 }],
    })
    assert.match(opened.ok ? '' : opened.error.text, /certificate/)
  })

  test('speaks TLS, with cookies that leave over TLS only', async () => {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) =>
      readFileSync(join(import.meta.dirname, '../../../test/fixtures/tls', name), 'utf8'),
    ) as [string, string]
    const opened = await createAdmin({
      ...adminPorts(),
      http: [],
      https: [{ address: '127.0.0.1', port: 0 }],
      certificate: { cert, key },
    })
    assert.ok(opened.ok)
    const port = opened.value.https[0]?.port
    const set = await new Promise<string | undefined>((resolve, reject) => {
      const request = httpsRequest(
        {
          port,
          host: '127.0.0.1',
          path: '/api/v1/login',
          method: 'POST',
          ca: cert,
          servername: 'localhost',
          headers: { 'content-type': 'application/json' },
        },
        (response) => resolve(response.headers['set-cookie']?.[0]),
      )
      request.on('error', reject)
      request.end('{"password":"right"}')
    })
    assert.match(set ?? '', /; Secure$/)
    await opened.value.close()
  })

  test('describes every operation it has, to everybody, with the shapes it answers with', () =>
    withAdmin(async (ask) => {
      const document = await json<{
        openapi: string
        paths: Record<
          string,
          Record<string, { security: object[]; responses: Record<string, { content?: object }> }>
        >
        components: { schemas: Record<string, object> }
      }>(await ask('/openapi.json'))
      assert.equal(document.openapi, '3.1.0')
      assert.deepEqual(Object.keys(document.paths).sort(), [
        '/calls',
        '/devices',
        '/events',
        '/gateway-calls',
        '/gateway-events',
        '/goip-lines',
        '/goip-lines/{id}/remove',
        '/health',
        '/lines',
        '/lines/{device}/{port}',
        '/lines/{device}/{port}/command',
        '/lines/{device}/{port}/lock',
        '/lines/{device}/{port}/unlock',
        '/lines/{device}/{port}/ussd',
        '/login',
        '/logout',
        '/messages',
        '/messages/{id}',
        '/messages/{id}/cancel',
        '/password',
        '/routes',
        '/routes/try',
        '/sims',
        '/trunks',
        '/users',
        '/webhooks',
        '/webhooks/{id}/pause',
        '/webhooks/{id}/replay',
        '/webhooks/{id}/resume',
      ])
      assert.deepEqual(document.paths['/users']?.get?.security, [{ key: ['users:read'] }, { session: [] }])
      const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? []
      assert.ok(references.length > 5)
      for (const reference of references)
        assert.ok(document.components.schemas[reference.split('/')[3] ?? ''], reference)
      for (const [path, operations] of Object.entries(document.paths))
        for (const method of Object.keys(operations)) {
          const response = await ask(path, { method: method.toUpperCase() })
          assert.ok(
            String(response.status) in (operations[method]?.responses ?? {}) || response.status === 415,
            `${method} ${path}`,
          )
        }
    }))
})
