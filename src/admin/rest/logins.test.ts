import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aPassword } from '../../../test/support/admin-house.ts'
import { type Ask, adminClock, json, keys, problem, withAdmin } from '../../../test/support/admin-server.ts'

const { advance } = adminClock

describe('a console session', () => {
  const login = (ask: Ask, body: object, headers: Record<string, string> = {}) =>
    ask('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  test('opens with the password, shows everything, and ends', () =>
    withAdmin(async (ask) => {
      await problem(await login(ask, { password: 'wrong' }), 401)
      await problem(await login(ask, { password: 'right', user: 'root' }), 401)
      const opened = await login(ask, { password: 'right' })
      const set = opened.headers.get('set-cookie') ?? ''
      assert.match(set, /^tandem_session=\w{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
      const { csrfToken } = await json<{ csrfToken: string }>(opened)
      const cookie = set.split(';')[0] ?? ''
      assert.equal((await ask('/users', { headers: { cookie: `a=b; ${cookie}` } })).status, 200)
      assert.equal((await ask('/calls', { headers: { cookie } })).status, 200)
      assert.match(await problem(await ask('/logout', { method: 'POST', headers: { cookie } }), 403), /CSRF/)
      const ended = await ask('/logout', { method: 'POST', headers: { cookie, 'x-csrf-token': csrfToken } })
      assert.equal(ended.status, 204)
      assert.match(ended.headers.get('set-cookie') ?? '', /^tandem_session=; .*Max-Age=0/)
      await problem(await ask('/users', { headers: { cookie } }), 401)
    }))

  test('ends when it is not used for half an hour', () =>
    withAdmin(async (ask) => {
      const cookie = (await login(ask, { password: 'right' })).headers.get('set-cookie')?.split(';')[0] ?? ''
      const status = async () => (await ask('/users', { headers: { cookie } })).status
      for (let i = 0; i < 3; i++) {
        advance(29 * 60_000)
        assert.equal(await status(), 200)
      }
      advance(31 * 60_000)
      assert.equal(await status(), 401)
    }))

  test('changes the password, which ends every session but the new one', () =>
    withAdmin(async (ask) => {
      const enter = async (password: string) => {
        const opened = await login(ask, { password })
        const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
        return { cookie, 'x-csrf-token': (await json<{ csrfToken: string }>(opened)).csrfToken }
      }
      const change = (headers: Record<string, string>, body: object) =>
        ask('/password', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        })
      const [one, other] = [await enter('right'), await enter('right')]
      const wish = { old: 'right', new: 'ten letters' }
      await problem(await change({}, wish), 401)
      await problem(await change({ cookie: one.cookie }, wish), 403)
      await problem(await change(one, { ...wish, old: 'wrong' }), 401)
      await problem(await change(one, { ...wish, new: 'too short' }), 400)
      const changed = await change(one, wish)
      assert.equal(changed.status, 200)
      const cookie = changed.headers.get('set-cookie')?.split(';')[0] ?? ''
      for (const old of [one, other]) await problem(await ask('/users', { headers: old }), 401)
      assert.equal((await ask('/users', { headers: { cookie } })).status, 200)
      await problem(await login(ask, { password: 'right' }), 401)
      await enter('ten letters')
    }))

  test('leaves a password alone that the configuration says', () =>
    withAdmin(
      async (ask) => {
        const body = JSON.stringify({ old: 'right', new: 'ten letters' })
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${keys[0]?.key}` }
        assert.match(
          await problem(await ask('/password', { method: 'POST', headers, body }), 409),
          /admin\.password in the configuration/,
        )
      },
      { password: aPassword(true) },
    ))

  test('is not opened from another site', () =>
    withAdmin(async (ask, port) => {
      assert.match(
        await problem(await login(ask, { password: 'right' }, { origin: 'http://evil.example' }), 403),
        /Origin/,
      )
      assert.equal(
        (await login(ask, { password: 'right' }, { origin: `http://127.0.0.1:${port}` })).status,
        200,
      )
    }))
})
