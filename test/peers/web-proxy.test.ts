import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { DOMAIN, logOf } from '../support/tandem.ts'
import { until } from '../support/wait.ts'
import { browserSdp } from '../support/web-clients.ts'
import { extension, startProxyTown, stranger } from '../support/web-proxy.ts'
import { type SocketClient, socketClient } from '../support/web-socket-client.ts'
import { startWebTown, type WebTown } from '../support/web-town.ts'

const ANSWER = browserSdp('page').replace('setup:actpass', 'setup:active')
type Users = { items: { impi: string; bindings: unknown[] }[] }

/** The exchange is a Tandem of its own; the house in the test has only web phones, which are its extensions. */
describe('web phones as extensions of an exchange elsewhere', () => {
  let exchange: WebTown
  let house: Awaited<ReturnType<typeof startProxyTown>>
  const clients: SocketClient[] = []
  const enter = async (...[user, password, fields]: [string, string?, Record<string, unknown>?]) => {
    const client = await extension(house, user, password, fields)
    clients.push(client)
    return client
  }
  before(async () => {
    exchange = await startWebTown(['alice', 'bob', 'carol', 'guest'])
    house = await startProxyTown(exchange.ports.sip, {
      users: ['carol'],
      config: {
        click_to_call: { enabled: true, user: 'guest', password: 'secret-of-guest', allow: ['alice'] },
      },
    })
  })
  after(async () => {
    for (const client of clients) client.close()
    await house?.stop()
    await exchange?.stop()
  })
  const told = async (story: () => Promise<void>): Promise<void> => {
    try {
      await story()
    } catch (fault) {
      throw new Error(`${(fault as Error).stack}\n${logOf(house, 150)}\n--- exchange\n${logOf(exchange)}`)
    }
  }
  const bound = async (user: string): Promise<number> => {
    const { items } = await exchange.rest<Users>('/users')
    return items.find(({ impi }) => impi === `${user}@${DOMAIN}`)?.bindings.length ?? 0
  }

  const entered = async (...users: string[]): Promise<SocketClient[]> => {
    const all = await Promise.all(users.map((user) => enter(user)))
    await Promise.all(all.map((client) => client.next(9001, { state: 0 })))
    return all
  }
  const leave = (...all: SocketClient[]): void => {
    for (const client of all) client.say(1002)
  }
  const answer = async (client: SocketClient): Promise<string> => {
    const { cid } = await client.next(9002)
    client.say(1006, { cid })
    client.say(1004, { cid, sdp: ANSWER })
    await client.next(9004, { cid, state: 2 })
    return String(cid)
  }
  const call = async (client: SocketClient, to: string): Promise<string> => {
    client.say(1003, { to, sdp: browserSdp('page') })
    return String((await client.next(2003, { code: 0 })).cid)
  }

  test('are registered there with their own passwords, and taken back at the end', () =>
    told(async () => {
      const alice = await enter('alice')
      await alice.next(9001, { state: 0 })
      assert.equal(await bound('alice'), 1)
      alice.say(1002)
      await until('alice is bound no longer', async () => (await bound('alice')) === 0)
      const wrong = await enter('bob', 'of somebody else')
      await wrong.next(9001, { state: -403 })
      assert.equal(await bound('bob'), 0)
    }))

  test('log in by a token where this house knows the password', () =>
    told(async () => {
      const carol = await socketClient(house, 'carol', 'json')
      assert.equal(await bound('carol'), 1)
      carol.say(1002)
      await until('carol is bound no longer', async () => (await bound('carol')) === 0)
      carol.close()
    }))

  test('call each other through it', () =>
    told(async () => {
      const [alice, bob] = [await enter('alice'), await enter('bob')]
      await Promise.all([alice.next(9001, { state: 0 }), bob.next(9001, { state: 0 })])
      alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
      const { cid } = await alice.next(2003, { code: 0 })
      const rung = await bob.next(9002)
      assert.match(String(rung.from), /alice/)
      bob.say(1006, { cid: rung.cid })
      await alice.next(9004, { cid, state: 1 })
      bob.say(1004, { cid: rung.cid, sdp: ANSWER })
      await alice.next(9003, { cid })
      await Promise.all([alice.next(9004, { cid, state: 2 }), bob.next(9004, { cid: rung.cid, state: 2 })])
      alice.say(1007, { cid, type: 1 })
      await alice.next(9004, { cid, state: 3 })
      await bob.next(9004, { cid: rung.cid, state: 4 })
      alice.say(1007, { cid, type: 0 })
      await alice.next(9004, { cid, state: 2 })
      bob.say(1010, { cid: rung.cid })
      await alice.next(9004, { cid, state: 0 })
      leave(alice, bob)
    }))

  test('send each other texts, and have calls recorded there', () =>
    told(async () => {
      const [alice, bob] = (await entered('alice', 'bob')) as [SocketClient, SocketClient]
      alice.say(1009, { to: 'bob', mid: 'm1', msg: 'Grüße und 1=1' })
      assert.equal((await bob.next(9005)).msg, 'Grüße und 1=1')
      assert.equal(Number((await alice.next(9006, { mid: 'm1' })).code), 0)
      alice.say(1009, { to: 'nobody', mid: 'm2', msg: 'who?' })
      assert.ok(Number((await alice.next(9006, { mid: 'm2' })).code) < 0)
      const carol = await socketClient(house, 'carol', 'json')
      clients.push(carol)
      bob.say(1009, { to: 'carol', mid: 'm3', msg: 'to a new page' })
      const { id, msg } = await carol.next(9005)
      assert.equal(msg, 'to a new page')
      carol.say(1018, { id })
      assert.equal(Number((await bob.next(9006, { mid: 'm3' })).code), 0)
      const cid = await call(carol, 'bob')
      await answer(bob)
      await carol.next(9004, { cid, state: 2 })
      carol.say(1013, { cid, rec: 1 })
      await carol.next(9014, { cid, rec: 1 })
      carol.say(1010, { cid })
      await bob.next(9004, { state: 0 })
      carol.say(1002)
      leave(alice, bob)
    }))

  test('send calls on: the exchange joins them, and has them ring', () =>
    told(async () => {
      const [alice, bob, carol] = (await entered('alice', 'bob', 'carol')) as [
        SocketClient,
        SocketClient,
        SocketClient,
      ]
      const first = await call(alice, 'bob')
      const bobs = await answer(bob)
      await alice.next(9004, { cid: first, state: 2 })
      alice.say(1008, { cid: first, rto: 'carol' })
      const carols = await answer(carol)
      await alice.next(9007, { cid: first, state: 2 })
      alice.say(1010, { cid: first })
      await alice.next(9004, { cid: first, state: 0, cause: 200 })
      const refers = () => (logOf(house, 5000).match(/ TO \S+ REFER /g) ?? []).length
      await until('the exchange was asked to do it', () => refers() === 1)
      carol.say(1010, { cid: carols })
      await bob.next(9004, { cid: bobs, state: 0 })

      const again = await call(alice, 'bob')
      const second = await answer(bob)
      await alice.next(9004, { cid: again, state: 2 })
      alice.say(1008, { cid: again, rto: 'carol' })
      const ringing = await carol.next(9002)
      carol.say(1006, { cid: ringing.cid })
      await alice.next(9007, { cid: again, state: 1 })
      alice.say(1010, { cid: again })
      await carol.next(9004, { cid: ringing.cid, state: 0 })
      const third = await answer(carol)
      await alice.next(9004, { cid: again, state: 0 })
      bob.say(1010, { cid: second })
      await carol.next(9004, { cid: third, state: 0 })
      leave(alice, bob, carol)
    }))

  test('see who talks there, with one subscription for all who watch, and what waits for them', () =>
    told(async () => {
      const [alice, bob] = (await entered('alice', 'bob')) as [SocketClient, SocketClient]
      const carol = await socketClient(house, 'carol', 'json')
      clients.push(carol)
      for (const client of [alice, carol])
        client.say(1014, { blf: 1, ext: client === carol ? ['bob'] : 'bob' })
      await alice.next(2014, { code: 0 })
      assert.match(String((await alice.next(9012, { ext: 'bob' })).blfxml), /<dialog-info /)
      await carol.next(9012, { ext: 'bob', lamp: 'idle' })
      const cid = await call(bob, 'alice')
      await answer(alice)
      await bob.next(9004, { cid, state: 2 })
      await carol.next(9012, { ext: 'bob', lamp: 'busy' })
      bob.say(1010, { cid })
      await carol.next(9012, { ext: 'bob', lamp: 'idle' })
      const requests = logOf(house, 4000).matchAll(/SUBSCRIBE sip:bob@[\s\S]*?Call-ID: (\S+)/g)
      const asked = new Set(Array.from(requests, ([, callId]) => callId))
      assert.equal(asked.size, 1)
      // Whose login it was goes: the next one's takes its place.
      alice.say(1002)
      await until('it is asked for anew', () =>
        / SUBSCRIBE sip:bob@[\s\S]*From: <sip:carol@/.test(logOf(house, 500)),
      )
      await carol.next(9012, { ext: 'bob', lamp: 'idle' })
      const client = await enter('alice', 'secret-of-alice', { mwi: 1 })
      await client.next(9001, { state: 0 })
      assert.equal((await client.next(9011)).vm, '0/0 (0/0)')
      leave(client, bob, carol)
    }))

  test('send a caller elsewhere: the exchange is told', () =>
    told(async () => {
      const [alice, bob, carol] = (await entered('alice', 'bob', 'carol')) as [
        SocketClient,
        SocketClient,
        SocketClient,
      ]
      const cid = await call(alice, 'bob')
      const rung = await bob.next(9002)
      bob.say(1005, { cid: rung.cid, rc: 302, mto: 'carol' })
      const carols = await answer(carol)
      await alice.next(9004, { cid, state: 2 })
      await until('it was told by 302', () => / TO \S+ SIP\/2.0 302 /.test(logOf(house, 5000)))
      alice.say(1010, { cid })
      await carol.next(9004, { cid: carols, state: 0 })
      leave(alice, bob, carol)
    }))

  test('are called by guests, whose account is one of the exchange', () =>
    told(async () => {
      const [alice] = (await entered('alice')) as [SocketClient]
      await until('the account is registered', async () => (await bound('guest')) === 1)
      const visitor = await stranger(house)
      visitor.say(1000)
      const { nonce } = await visitor.next(2000)
      visitor.say(1011, { nonce, to: 'alice', disp: 'A visitor', sdp: browserSdp('page') })
      const { cid } = await visitor.next(2011, { code: 0 })
      const rung = await alice.next(9002)
      assert.match(String(rung.from), /guest/)
      alice.say(1004, { cid: rung.cid, sdp: ANSWER })
      await visitor.next(9004, { cid, state: 2 })
      visitor.close()
      await alice.next(9004, { cid: rung.cid, state: 0 })
      leave(alice)
    }))

  test('come back after their connection was lost, and are registered all the while', () =>
    told(async () => {
      const carol = await socketClient(house, 'carol', 'json')
      const resume = carol.heard.find(({ op }) => op === 2001)?.resume
      carol.close()
      const again = await socketClient(house, 'carol', 'json', { resume })
      clients.push(again)
      assert.equal(await bound('carol'), 1)
      again.say(1002)
      await until('carol is bound no longer', async () => (await bound('carol')) === 0)
    }))
})

describe('web phones of an exchange that puts nobody through', () => {
  test('have it done by the house', async () => {
    const users = ['alice', 'bob', 'carol']
    const exchange = await startWebTown(users, { trunks: [{ name: 'web', account: 'alice' }] })
    const house = await startProxyTown(exchange.ports.sip)
    const all = await Promise.all(users.map((user) => extension(house, user)))
    const [alice, bob, carol] = all as [SocketClient, SocketClient, SocketClient]
    try {
      await Promise.all(all.map((client) => client.next(9001, { state: 0 })))
      alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
      const { cid } = await alice.next(2003, { code: 0 })
      const take = async (client: SocketClient): Promise<void> => {
        const rung = await client.next(9002)
        client.say(1004, { cid: rung.cid, sdp: ANSWER })
        await client.next(9004, { cid: rung.cid, state: 2 })
      }
      await take(bob)
      await alice.next(9004, { cid, state: 2 })
      alice.say(1008, { cid, rto: 'carol' })
      await take(carol)
      await alice.next(9007, { cid, state: 2 })
      alice.say(1010, { cid })
      await alice.next(9004, { cid, state: 0, cause: 200 })
      await until('the exchange refused', () => / SIP\/2.0 603 /.test(logOf(house, 5000)))
      bob.say(1010, { cid: bob.heard.find(({ op }) => op === 9002)?.cid })
      await carol.next(9004, { state: 0 })
    } catch (fault) {
      throw new Error(`${(fault as Error).stack}\n${logOf(house, 300)}`)
    } finally {
      for (const client of all) client.close()
      await house.stop()
      await exchange.stop()
    }
  })
})

test('an exchange that says nothing: the request has timed out', async () => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const house = await startProxyTown(silent.address().port)
  const alice = await extension(house, 'alice')
  try {
    await alice.next(9001, { state: -2 }, 60_000)
  } finally {
    alice.close()
    await house.stop()
    silent.close()
  }
})
