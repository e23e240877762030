import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { CallRecord, MessageRecord } from '#core'
import { openPhoneTown, type PhoneTown } from '../../../test/support/phone-api.ts'
import { until } from '../../../test/support/wait.ts'

const within = async (work: (town: PhoneTown) => Promise<void>): Promise<void> => {
  const town = await openPhoneTown()
  try {
    await work(town)
  } finally {
    await town.close()
  }
}
const DAY_MS = 86_400_000

describe('a login at the phone', () => {
  test('by number, identity or private identity; the cookie opens what is the user’s own', () =>
    within(async (town) => {
      for (const user of ['1001', 'sip:1001', 'sip:1001@tandem.test', ' 1001 ']) {
        town.cookie = ''
        const opened = await town.login(user)
        assert.equal(opened.statusCode, 200, user)
        const set = `${opened.headers['set-cookie']}`
        assert.match(set, /^tandem_phone=\w{50}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
        assert.deepEqual(opened.json(), {
          ...{ tel: '1001', name: '1001', identities: ['1001'], domain: 'tandem.test' },
        })
      }
      assert.equal((await town.ask('GET', '/phone/api/me')).json().tel, '1001')
      assert.equal((await town.ask('POST', '/phone/api/logout', {})).statusCode, 204)
      assert.equal((await town.ask('GET', '/phone/api/me')).statusCode, 401)
    }))

  test('says the same to strangers, to SIM users and to wrong passwords, and counts them', () =>
    within(async (town) => {
      const said = new Set<string>()
      for (const [user, password] of [
        ['1001', 'two'],
        ['nobody', 'one'],
        ['1003', ''],
        ['1003', 'one'],
        ['1001', ''],
      ] as const) {
        const refused = await town.login(user, password)
        assert.equal(refused.statusCode, 401)
        said.add(refused.body)
      }
      assert.equal(said.size, 1)
      const many = await Promise.all(Array.from({ length: 20 }, () => town.login('1001', 'guess')))
      assert.equal(many.filter(({ statusCode }) => statusCode === 401).length, 15)
      const blocked = await town.login()
      assert.equal(blocked.statusCode, 429)
      assert.equal(blocked.headers['retry-after'], '60')
    }))

  test('outlives a restart for 30 days after the last use, but no new password', () =>
    within(async (town) => {
      await town.login()
      const me = () => town.ask('GET', '/phone/api/me')
      await town.restart()
      town.pass(20 * DAY_MS)
      const renewed = await me()
      assert.equal(renewed.statusCode, 200)
      assert.match(`${renewed.headers['set-cookie']}`, /Max-Age=2592000/)
      await town.restart()
      town.pass(20 * DAY_MS)
      assert.equal((await me()).statusCode, 200)
      town.pass(31 * DAY_MS)
      assert.equal((await me()).statusCode, 401)
      await town.login()
      const [user] = town.subscribers.list
      if (user) user.password = 'three'
      assert.equal((await me()).statusCode, 401)
      assert.equal([...town.items.values()].filter(({ kind }) => kind === 'session').length, 0)
    }))

  test('keeps nothing on disk that would open a door, and 20 browsers at most', () =>
    within(async (town) => {
      for (let i = 0; i < 25; i++) {
        town.pass(1000)
        await town.login()
      }
      assert.equal(town.items.size, 20)
      const kept = JSON.stringify([...town.items.values()])
      assert.equal(kept.includes(town.cookie.split('=')[1] as string), false)
      assert.equal((await town.ask('GET', '/phone/api/me')).statusCode, 200)
    }))

  test('is not done, nor anything else changed, by pages of other sites', () =>
    within(async (town) => {
      const body = { user: '1001', password: 'one' }
      const tell = (headers: object) => town.ask('POST', '/phone/api/login', body, headers)
      assert.equal((await tell({ origin: 'http://evil.test' })).statusCode, 403)
      assert.equal((await tell({ 'x-tandem-phone': '' })).statusCode, 403)
      assert.equal((await tell({ origin: 'http://phone.test' })).statusCode, 200)
      const token = (headers: object) => town.ask('POST', '/phone/api/token', {}, headers)
      assert.equal((await token({ origin: 'http://evil.test' })).statusCode, 403)
      assert.equal((await token({ 'x-tandem-phone': '' })).statusCode, 403)
      assert.equal((await token({})).statusCode, 200)
    }))
})

const aCall = (id: string, startedAtMs: number, more: Partial<CallRecord>): CallRecord => ({
  ...{ id, caller: 'sip:1001@tandem.test', callee: 'x', dialled: '1002', kind: 'call', video: false },
  ...{ startedAtMs, endedAtMs: startedAtMs + 9, callIds: [] },
  ...more,
})

describe('the history of calls', () => {
  test('names people, says what was missed, and goes on page by page', () =>
    within(async (town) => {
      await town.login()
      town.calls.push(
        aCall('a', 10, { callerImpi: '1001', answeredAtMs: 12, cause: 'caller' }),
        aCall('b', 20, {
          calleeImpi: '1001',
          caller: 'sip:1002@tandem.test',
          cause: 'no-answer',
          status: 408,
        }),
        aCall('c', 30, { calleeImpi: '1001', caller: 'tel:+4930123', answeredAtMs: 31 }),
        aCall('d', 40, { callerImpi: '1002' }),
      )
      const first = (await town.ask('GET', '/phone/api/history?limit=2')).json()
      assert.deepEqual(
        first.calls.map(({ id, direction, with: other, name, missed }: Record<string, unknown>) => [
          ...[id, direction, other, name, missed],
        ]),
        [
          ['c', 'in', '+4930123', '', false],
          ['b', 'in', '1002', 'Jim & Co', true],
        ],
      )
      assert.deepEqual([first.calls[1].cause, first.calls[1].reason], [408, 'no-answer'])
      const rest = (await town.ask('GET', `/phone/api/history?limit=2&before=${first.next}`)).json()
      assert.deepEqual([rest.calls.map(({ id }: { id: string }) => id), rest.next], [['a'], undefined])
      const found = (await town.ask('GET', '/phone/api/history?q=jim')).json()
      assert.deepEqual(
        found.calls.map(({ id }: { id: string }) => id),
        ['b', 'a'],
      )
      assert.equal((await town.ask('GET', '/phone/api/history?before=nonsense')).statusCode, 400)
      assert.equal((await town.ask('GET', '/phone/api/history')).headers['cache-control'], 'no-store')
    }))
})

describe('a call of the history', () => {
  const shown = async (...records: Partial<CallRecord>[]) => {
    let calls: Record<string, unknown>[] = []
    await within(async (town) => {
      await town.login()
      for (const [at, record] of records.entries()) town.calls.push(aCall(`c${at}`, 99 - at, record))
      calls = (await town.ask('GET', '/phone/api/history')).json().calls
    })
    return calls
  }

  test('says that a mailbox answered, to both, and whether a message was left', async () => {
    const toBob = { callerImpi: '1001', calleeImpi: '1002', answeredAtMs: 12 }
    const calls = await shown(
      { ...toBob, mailbox: 'm1' },
      { ...toBob, mailbox: '' },
      { calleeImpi: '1001', caller: 'sip:1002@tandem.test', answeredAtMs: 12, mailbox: 'm2' },
      { callerImpi: '1001', dialled: '1001', answeredAtMs: 12, ownMailbox: true },
      { callerImpi: '1001', dialled: '*97', answeredAtMs: 12, ownMailbox: true },
      toBob,
    )
    assert.deepEqual(
      calls.map(({ voiceMail, missed }) => [voiceMail, missed]),
      [
        ['message', false],
        ['no-message', false],
        ['message', true],
        ['own', false],
        ['own', false],
        [undefined, false],
      ],
    )
  })

  for (const [dialled, other] of [
    ['123@pbx.example', '123@pbx.example'],
    ['sip:123@pbx.example:5070;transport=tcp', '123@pbx.example'],
    ['sip:1002@pbx.example', '1002@pbx.example'],
    ['sip:1002@TANDEM.test', '1002'],
    ['sip:1002@tandem.test:5060', '1002'],
    ['sip:123@192.0.2.1', '123'],
    ['sip:+4930123@trunk.example', '+4930123'],
    ['sip:ann@pbx.example', 'ann@pbx.example'],
  ] as const)
    test(`to ${dialled} is dialled again as ${other}`, async () => {
      const [call] = await shown({ callerImpi: '1001', dialled })
      assert.equal(call?.with, other)
    })

  test('to somebody of the house is theirs at whatever name the server was dialled by', async () => {
    const dialled = '1002@pbx.lan'
    const calls = await shown(
      { callerImpi: '1001', dialled, calleeImpi: '1002' },
      { callerImpi: '1001', dialled: 'sip:*97@pbx.lan', callee: 'sip:*97@pbx.lan', ownMailbox: true },
      { callerImpi: '1001', dialled, callee: dialled, status: 480 },
      { callerImpi: '1001', dialled, callee: 'sip:1002@provider' },
      { callerImpi: '1001', dialled: '600@pbx.lan', callee: '600@pbx.lan', kind: 'echo' },
      { callerImpi: '1001', dialled: '123@pbx.lan', callee: '123@pbx.lan', status: 404 },
    )
    assert.deepEqual(
      calls.map((call) => call.with),
      ['1002', '*97', '1002', '1002@pbx.lan', '600', '123@pbx.lan'],
    )
  })

  test('to somebody who did not answer whom another party wished to put the user through to is none of the user’s', async () => {
    const moved = { callerImpi: '1001', transferredFrom: 'c9', status: 480 }
    const calls = await shown(
      { ...moved, dialled: '1002', calleeImpi: '1002' },
      { ...moved, dialled: '1002', calleeImpi: '1002', answeredAtMs: 12 },
      { ...moved, callerImpi: '1002', caller: 'sip:1002@tandem.test', calleeImpi: '1001' },
    )
    assert.deepEqual(
      calls.map(({ id, direction, missed }) => [id, direction, missed]),
      [
        ['c1', 'out', false],
        ['c2', 'in', true],
      ],
    )
  })

  test('of a visitor to the account that visitors call by came in', async () => {
    const guest = { how: 'web' as const, address: '203.0.113.7' }
    const [call] = await shown({ callerImpi: '1001', calleeImpi: '1001', dialled: '1001', guest })
    assert.deepEqual([call?.direction, call?.missed], ['in', true])
  })
})

const aText = (id: string, more: Partial<MessageRecord>): MessageRecord => ({
  ...{
    id,
    origin: 'sip',
    from: 'sip:1001@tandem.test',
    to: 'sip:1002@tandem.test',
    queue: 'subscriber:1002',
  },
  ...{
    body: { kind: 'text', text: `text ${id}` },
    pid: 0,
    acceptedAtMs: 5,
    expiresAtMs: 9,
    state: 'delivered',
  },
  ...{ attempts: 0, partsTotal: 1, partsDone: 0, steps: [] },
  ...more,
})

describe('texts', () => {
  test('are conversations with one person each, and what was read stays read', () =>
    within(async (town) => {
      await town.login()
      const toUs = { from: '1002', fromImpi: '1002', to: '1001', queue: 'subscriber:1001' }
      const out = { from: 'sip:1001@tandem.test', fromImpi: '1001', to: '+4930123', queue: 'route:x' }
      town.messages.push(
        aText('1', { fromImpi: '1001' }),
        aText('2', toUs),
        aText('3', { ...out, state: 'expired', reason: 'too late' }),
        aText('4', { ...toUs, body: { kind: 'data', octets: '00', dcs: 4 } }),
        aText('5', toUs),
      )
      const list = async () => (await town.ask('GET', '/phone/api/conversations')).json().conversations
      const [jim, other] = await list()
      assert.deepEqual([jim.with, jim.name, jim.unread, jim.last.msg], ['1002', 'Jim & Co', 2, 'text 5'])
      assert.deepEqual(
        [other.with, other.unread, other.last.state, other.last.reason],
        ['+4930123', 0, 'failed', 'too late'],
      )
      assert.equal((await town.ask('POST', '/phone/api/read', { with: '1002', id: '2' })).statusCode, 204)
      await town.restart()
      assert.equal((await list())[0].unread, 1)
      const page = (await town.ask('GET', '/phone/api/messages?with=sip:1002@tandem.test&limit=2')).json()
      assert.deepEqual(
        page.messages.map(({ id, direction }: { id: string; direction: string }) => id + direction),
        ['2in', '5in'],
      )
      const before = (await town.ask('GET', `/phone/api/messages?with=1002&before=${page.next}`)).json()
      assert.deepEqual(
        [before.messages.length, before.messages[0].direction, before.next],
        [1, 'out', undefined],
      )
      assert.equal((await town.ask('GET', '/phone/api/messages')).statusCode, 400)
    }))
})

describe('the phone’s pages', () => {
  test('are told to be built, where they are not', () =>
    within(async (town) => {
      const page = await town.ask('GET', '/')
      assert.equal(page.statusCode, 200)
      assert.match(page.body, /npm ci/)
    }))
  test('come with a strict policy; what has its hash in its name may be kept', () =>
    within(async (town) => {
      town.file('index.html', '<p>phone')
      town.file('assets/index-Ab3_dEf9.js', 'let a')
      town.file('sw.js', 'let b')
      town.file('assets/big-Ab3_dEf9.js', 'let c;'.repeat(500))
      town.file('secret.key', 'no')
      for (const path of ['/', '/phone/', '/index.html']) {
        const page = await town.ask('GET', path)
        assert.equal(page.body, '<p>phone')
        assert.equal(page.headers['cache-control'], 'no-store')
        const policy = `${page.headers['content-security-policy']}`
        assert.match(policy, /default-src 'none'; script-src 'self';.* connect-src 'self' ws:\/\/phone.test;/)
        assert.doesNotMatch(policy, /unsafe|\*/)
        assert.equal(page.headers['strict-transport-security'], undefined)
      }
      const script = await town.ask('GET', '/phone/assets/index-Ab3_dEf9.js')
      assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable')
      assert.equal((await town.ask('GET', '/sw.js')).headers['cache-control'], 'no-store')
      const big = await town.ask('GET', '/assets/big-Ab3_dEf9.js', undefined, {
        'accept-encoding': 'br, gzip',
      })
      assert.equal(big.headers['content-encoding'], 'gzip')
      assert.equal(gunzipSync(big.rawPayload).toString(), 'let c;'.repeat(500))
      assert.equal((await town.ask('GET', '/assets/big-Ab3_dEf9.js')).body, 'let c;'.repeat(500))
      const again = await town.ask('GET', '/assets/index-Ab3_dEf9.js', undefined, {
        'if-none-match': `${script.headers.etag}`,
      })
      assert.equal(again.statusCode, 304)
      for (const path of ['/secret.key', '/../package.json', '/assets/', '/%2e%2e/package.json'])
        assert.equal((await town.ask('GET', path)).statusCode, 404, path)
      assert.equal((await town.ask('GET', '/phone')).headers.location, '/phone/')
    }))
  test('are those of the newest build, without a restart; one under way is not shown', () =>
    within(async (town) => {
      assert.match((await town.ask('GET', '/')).body, /npm ci/)
      const build = (name: string) => {
        town.file('index.html', name)
        town.file(`assets/index-${name}AAAA.js`, `let ${name}`)
        town.file('click-to-call.js', `call ${name}`)
      }
      const page = async () => (await town.ask('GET', '/phone/')).body
      build('first')
      town.pass(2000)
      assert.match(await page(), /npm ci/, 'nobody waits while it is read')
      await until('the first', async () => (await page()) === 'first')
      town.away('click-to-call.js')
      town.file('index.html', 'half')
      town.pass(2000)
      assert.equal(await page(), 'first')
      town.away('assets/index-firstAAAA.js')
      build('second')
      town.pass(2000)
      await until('the second', async () => (await page()) === 'second')
      assert.equal((await town.ask('GET', '/click-to-call/widget.js')).body, 'call second')
      assert.equal((await town.ask('GET', '/assets/index-secondAAAA.js')).body, 'let second')
      const old = await town.ask('GET', '/assets/index-firstAAAA.js')
      assert.equal(old.body, 'let first', 'a page that was open has it still')
    }))
  test('learn where to connect, once per token', () =>
    within(async (town) => {
      const config = (await town.ask('GET', '/phone/api/config')).json()
      assert.deepEqual(
        [config.ws, config.push, config.video],
        [['ws://phone.test/phone/ws'], { key: 'KEY' }, { width: 640, height: 480 }],
      )
      assert.equal((await town.ask('POST', '/phone/api/token', {})).statusCode, 401)
    }))
})

describe('the phone book for old clients', () => {
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })
  test('is the manual’s XML, for the extension it belongs to', () =>
    within(async (town) => {
      const asked = await town.ask('GET', '/getpbook.jsp?pext=1001')
      assert.equal(asked.statusCode, 401)
      assert.match(`${asked.headers['www-authenticate']}`, /^Basic/)
      const told = await town.ask('GET', '/getpbook.jsp?pext=1001', undefined, basic('1001', 'one'))
      assert.match(`${told.headers['content-type']}`, /^application\/xml/)
      assert.match(told.body, /<GroupName>Us<\/GroupName>\n<DirectoryEntry>\n<Name>Jim &amp; Co<\/Name>/)
      assert.equal(
        (await town.ask('GET', '/getpbook.jsp?pext=1002', undefined, basic('1001', 'one'))).statusCode,
        403,
      )
      assert.equal(
        (await town.ask('GET', '/getpbook.jsp?pext=1001', undefined, basic('1001', 'x'))).statusCode,
        401,
      )
      await town.login()
      assert.equal((await town.ask('GET', '/getpbook.jsp?pext=1001')).statusCode, 200)
    }))
})
