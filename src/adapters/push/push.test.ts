import assert from 'node:assert/strict'
import { createECDH, createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import type { PhoneItem } from '#core'
import { silentLog } from '#lib/log'
import { ok } from '#lib/result'
import { createVapid, generateVapidKey } from '#webpush'
import { createPush, type PushPorts } from './push.ts'

const keys = () => ({
  p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
  auth: randomBytes(16).toString('base64url'),
})

const setUp = () => {
  const items = new Map<string, PhoneItem>()
  const posts: { url: string; headers: Record<string, string>; octets: number }[] = []
  const answer = { status: 201 }
  const vapid = createVapid(generateVapidKey(), 'mailto:a@b')
  assert.ok(vapid.ok)
  const ports: PushPorts = {
    vapid: vapid.value,
    store: {
      items: async () => [...items.values()],
      put: async (item) => void items.set(item.name, item),
      remove: async ({ name }) => void items.delete(name),
    },
    post: async (url, headers, body) => {
      posts.push({ url, headers, octets: body.length })
      return ok(answer.status)
    },
    nameOf: (text) => createHash('sha256').update(text).digest('hex'),
    plain: false,
    clock: { nowMs: () => 0, wallMs: () => 1_700_000_000_000 },
    log: silentLog,
  }
  return { ports, items, posts, answer }
}
const settle = () => new Promise((resume) => setImmediate(resume))
const CALL = { kind: 'call' as const, from: '1002', name: 'Jim' }

describe('pages that are closed', () => {
  test('are woken, each browser of the user, also after a restart', async () => {
    const { ports, posts } = setUp()
    const push = await createPush(ports)
    assert.equal(push.wake('1001', CALL), false)
    for (const endpoint of ['https://push.example/a', 'https://push.example/b'])
      assert.equal(await push.subscribe('1001', { endpoint, keys: keys() }), undefined)
    const again = await createPush(ports)
    assert.equal(again.has('1001'), true)
    assert.equal(again.wake('1001', CALL), true)
    await settle()
    assert.deepEqual(posts.map(({ url }) => url).sort(), ['https://push.example/a', 'https://push.example/b'])
    again.wake('1001', { ...CALL, from: '1'.repeat(9000), name: '\u2603'.repeat(9000) })
    await settle()
    assert.equal(posts.length, 4, 'a long name is cut, and costs nobody its messages')
    assert.equal(again.has('1001'), true)
    const { authorization, ...headers } = posts[0]?.headers ?? {}
    assert.match(authorization ?? '', /^vapid t=\S+, k=\S+$/)
    assert.deepEqual(headers, {
      ...{ 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream' },
      ...{ ttl: '30', urgency: 'high' },
    })
  })
  test('are forgotten when the browser has given them up, or belongs to somebody else now', async () => {
    const { ports, items, posts, answer } = setUp()
    const push = await createPush(ports)
    const one = { endpoint: 'https://push.example/a', keys: keys() }
    await push.subscribe('1001', one)
    await push.subscribe('1002', one)
    assert.equal(push.has('1001'), false)
    assert.equal(items.size, 1)
    answer.status = 500
    push.wake('1002', CALL)
    await settle()
    assert.equal(push.has('1002'), true)
    answer.status = 410
    push.wake('1002', CALL)
    await settle()
    assert.deepEqual([push.has('1002'), items.size, posts.length], [false, 0, 2])
  })
  test('are ten at most, at addresses of push services only', async () => {
    const { ports, items } = setUp()
    const push = await createPush(ports)
    for (let i = 0; i < 14; i++)
      await push.subscribe('1001', { endpoint: `https://push.example/${i}`, keys: keys() })
    assert.equal(items.size, 10)
    await push.unsubscribe('1001', 'https://push.example/13')
    assert.equal(items.size, 9)
    for (const endpoint of ['http://push.example/', 'https://a:b@push.example/', 'file:///etc/passwd', 'x'])
      assert.equal(typeof (await push.subscribe('1001', { endpoint, keys: keys() })), 'string', endpoint)
    const wrong = { p256dh: 'AAAA', auth: 'AAAA' }
    assert.equal(
      typeof (await push.subscribe('1001', { endpoint: 'https://push.example/', keys: wrong })),
      'string',
    )
  })
})
