import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DOMAIN, logOf } from '../support/tandem.ts'
import { until } from '../support/wait.ts'
import { browserSdp } from '../support/web-clients.ts'
import { extension, startProxyTown } from '../support/web-proxy.ts'
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
    exchange = await startWebTown(['alice', 'bob', 'carol'])
    house = await startProxyTown(exchange.ports.sip, { users: ['carol'] })
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
    }))
})
