import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ensureAdminPassword } from './password.ts'

const aStore = () => {
  const values = new Map<string, string>()
  return {
    values,
    getSetting: async (key: string) => values.get(key),
    setSetting: async (key: string, value: string) => void values.set(key, value),
  }
}

describe('the administrator’s password', () => {
  test('is made once, told once, and known from its hash afterwards', async () => {
    const store = aStore()
    const first = await ensureAdminPassword(store)
    assert.match(first.generated ?? '', /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/)
    assert.equal(store.values.size, 0, 'a start that fails before it is printed leaves no password behind')
    await first.keep()
    const kept = [...store.values.values()]
    assert.match(kept[0] ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/)
    assert.ok(!kept.join().includes(first.generated ?? '?'))
    const second = await ensureAdminPassword(store)
    assert.equal(second.generated, undefined)
    for (const password of [first, second]) {
      assert.equal(await password.verify(first.generated ?? ''), 'right')
      assert.equal(await password.verify(`${first.generated}x`), 'wrong')
      assert.equal(await password.verify(''), 'wrong')
    }
    assert.notEqual((await ensureAdminPassword(aStore())).generated, first.generated)
  })

  test('comes from the configuration when that has one, and is not kept', async () => {
    const store = aStore()
    const password = await ensureAdminPassword(store, 'geheim ü')
    await password.keep()
    assert.deepEqual([password.generated, store.values.size], [undefined, 0])
    assert.deepEqual([await password.verify('geheim ü'), await password.verify('geheim')], ['right', 'wrong'])
  })

  test('changes, is kept, and tells those who have to know', async () => {
    const store = aStore()
    const password = await ensureAdminPassword(store)
    await password.keep()
    let told = 0
    password.onChange(() => told++)
    assert.equal(await password.change('a new one'), 'done')
    assert.deepEqual(
      [await password.verify('a new one'), await password.verify(password.generated ?? '')],
      ['right', 'wrong'],
    )
    assert.equal(await (await ensureAdminPassword(store)).verify('a new one'), 'right')
    const made = (await password.renew()) ?? ''
    assert.match(made, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/)
    assert.deepEqual(
      [await password.verify(made), await password.verify('a new one'), told],
      ['right', 'wrong', 2],
    )
  })

  test('does not change where the configuration says it', async () => {
    const store = aStore()
    const password = await ensureAdminPassword(store, 'geheim')
    assert.deepEqual([await password.change('a new one'), await password.renew()], ['fixed', undefined])
    assert.deepEqual([await password.verify('geheim'), store.values.size], ['right', 0])
  })

  test('a spoilt hash lets nobody in', async () => {
    for (const hash of ['', 'x', '$argon2id$v=19$m=19456,t=2,p=1$$', '$2b$12$abc']) {
      const store = aStore()
      store.values.set('admin.password', hash)
      assert.equal(await (await ensureAdminPassword(store)).verify(''), 'wrong', hash)
    }
  })

  test('a crowd is told to come later instead of taking all memory', async () => {
    const { verify } = await ensureAdminPassword(aStore())
    const verdicts = await Promise.all(Array.from({ length: 40 }, () => verify('x')))
    assert.deepEqual([...new Set(verdicts)].sort(), ['busy', 'wrong'])
    assert.equal(await verify('x'), 'wrong')
  })
})
