import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { DOMAIN, logOf } from '../support/tandem.ts'
import { holds, until } from '../support/wait.ts'
import { browserSdp } from '../support/web-clients.ts'
import { type Person, person } from '../support/web-person.ts'
import { startProxyTown } from '../support/web-proxy.ts'
import { socketClient } from '../support/web-socket-client.ts'
import { startWebTown, type WebTown } from '../support/web-town.ts'

type Texts = { messages: { msg: string; direction: string; state: string }[] }
type Users = { items: { impi: string; bindings: unknown[] }[] }
type Calls = { calls: { with: string; direction: string }[] }
const ANSWER = browserSdp('page').replace('setup:actpass', 'setup:active')

const within = async (
  work: (exchange: WebTown, house: Awaited<ReturnType<typeof startProxyTown>>) => Promise<void>,
  config: Record<string, unknown> = {},
): Promise<void> => {
  const exchange = await startWebTown(['alice', 'bob'])
  const house = await startProxyTown(exchange.ports.sip, { config })
  try {
    await work(exchange, house)
  } catch (fault) {
    throw new Error(`${(fault as Error).stack}\n${logOf(house, 150)}\n--- exchange\n${logOf(exchange)}`)
  } finally {
    await house.stop()
    await exchange.stop()
  }
}

const textsWith = async (who: Person, other: string): Promise<Texts['messages']> =>
  (await who.get<Texts>(`messages?with=${other}`)).messages
const inside = async (house: WebTown, user: string): Promise<Person> => {
  const who = await person(house, user)
  assert.equal(who.status, 200)
  return who
}

/** The exchange is a Tandem of its own; the house in the test has no users at all. */
describe('people whom only the exchange elsewhere knows', () => {
  test('log in at the page with their password there, call, and see what was', () =>
    within(async (exchange, house) => {
      const alice = await inside(house, 'alice')
      assert.deepEqual(await alice.get('me'), {
        ...{ tel: 'alice', name: 'alice', identities: ['alice'], domain: DOMAIN, elsewhere: true },
      })
      const page = await alice.page()
      const greeted = page.heard.find(({ op }) => op === 2001) as { features?: { mailbox: boolean } }
      assert.equal(greeted.features?.mailbox, false, 'that is the exchange’s')
      const { items } = await exchange.rest<Users>('/users')
      const bindings = items.find(({ impi }) => impi === `alice@${DOMAIN}`)?.bindings.length
      assert.equal(bindings, 1, 'the page has taken over the registration of its login')
      const bob = await socketClient(exchange, 'bob', 'json')
      page.say(1003, { to: 'bob', sdp: browserSdp('page') })
      const { cid } = await page.next(2003, { code: 0 })
      const rung = await bob.next(9002)
      bob.say(1004, { cid: rung.cid, sdp: ANSWER })
      await page.next(9004, { cid, state: 2 })
      page.say(1010, { cid })
      await bob.next(9004, { cid: rung.cid, state: 0 })
      await until('the call is in the history', async () => {
        const { calls } = await alice.get<Calls>('history')
        return calls.length === 1 && calls[0]?.with === 'bob' && calls[0].direction === 'out'
      })
      // The page is loaded anew: no password is asked for.
      page.close()
      const again = await alice.page({ resume: (greeted as { resume?: string }).resume })
      again.close()
      bob.close()
    }))

  test('nothing of their passwords is on disk, or in the log', () =>
    within(async (_exchange, house) => {
      const alice = await inside(house, 'alice')
      await (await alice.page()).close()
      await person(house, 'bob', 'what-bob-never-had')
      await house.stop()
      for (const file of readdirSync(house.dataDir, { recursive: true, encoding: 'utf8' })) {
        const octets = (() => {
          try {
            return readFileSync(join(house.dataDir, file), 'latin1')
          } catch {
            return ''
          }
        })()
        assert.ok(!/secret-of-alice|what-bob-never-had/.test(octets), file)
      }
    }))

  test('are refused with a wrong one, which counts; a silent exchange does not', () =>
    within(
      async (exchange, house) => {
        for (let i = 0; i < 4; i++) assert.equal((await person(house, 'alice', `wrong ${i}`)).status, 401)
        assert.equal((await person(house, 'nobody-there')).status, 401)
        assert.equal((await person(house, 'alice')).status, 429)
        await exchange.stop()
      },
      { security: { exempt: [], block_after: 5, block_minutes: 1 } },
    ))

  test('are told when the exchange is away', () =>
    within(async (exchange, house) => {
      await exchange.kill9()
      const away = await person(house, 'alice')
      assert.equal(away.status, 503)
      assert.match(away.text, /exchange does not answer/)
    }))

  test('their texts are kept: neither side’s death loses one that was acknowledged', () =>
    within(async (exchange, house) => {
      const alice = await inside(house, 'alice')
      const page = await alice.page()
      const bob = await socketClient(exchange, 'bob', 'json')
      page.say(1009, { to: 'bob', mid: 'm1', msg: 'one' })
      await page.next(9006, { mid: 'm1', state: 'sent' })
      const first = await bob.next(9005)
      bob.say(1018, { id: first.id })
      bob.say(1009, { to: 'alice', mid: 'b1', msg: 'and back' })
      const back = await page.next(9005)
      page.say(1018, { id: back.id })
      await bob.next(9006, { mid: 'b1', state: 'delivered' })
      await holds('both are kept', async () =>
        assert.deepEqual(
          (await textsWith(alice, 'bob')).map(({ msg, direction, state }) => [msg, direction, state]),
          [
            ['one', 'out', 'sent'],
            ['and back', 'in', 'delivered'],
          ],
        ),
      )
      bob.close()
      await exchange.kill9()
      page.say(1009, { to: 'bob', mid: 'm2', msg: 'into the dark' })
      await page.next(9006, { mid: 'm2', state: 'accepted' })
      await house.kill9()
      page.close()

      const raised = await exchange.again()
      const reborn = { ...house, ...(await house.again()) }
      try {
        const nobody = await fetch(`http://127.0.0.1:${house.ports.http}/phone/api/me`, alice.shows)
        assert.equal(nobody.status, 401, 'the password was nowhere: it is asked for again')
        const same = await inside(reborn, 'alice')
        const later = await same.page()
        const listener = await socketClient({ ...exchange, ...raised }, 'bob', 'json')
        await until('bob has it', () =>
          listener.heard.some(({ op, msg }) => op === 9005 && msg === 'into the dark'),
        )
        await until('the page shows it', async () =>
          (await textsWith(same, 'bob')).some(
            ({ msg, state }) => msg === 'into the dark' && state === 'sent',
          ),
        )
        later.close()
        listener.close()
      } finally {
        await reborn.stop()
        await raised.stop()
      }
    }))

  test('a text that comes while no page is there waits for one', () =>
    within(async (exchange, house) => {
      const alice = await inside(house, 'alice')
      const page = await alice.page()
      const resume = page.heard.find(({ op }) => op === 2001)?.resume
      page.close()
      const bob = await socketClient(exchange, 'bob', 'json')
      bob.say(1009, { to: 'alice', mid: 'b1', msg: 'are you there?' })
      await bob.next(9006, { mid: 'b1', state: 'delivered' })
      const stored = async () => (await textsWith(alice, 'bob')).map(({ msg }) => msg)
      assert.deepEqual(await stored(), ['are you there?'], 'on disk before the exchange was told 200')
      const back = await alice.page({ resume })
      assert.equal((await back.next(9005)).msg, 'are you there?')
      back.close()
      bob.close()
    }))

  test('a changed password ends the login', () =>
    within(async (exchange, house) => {
      const alice = await inside(house, 'alice')
      await exchange.stop()
      const changed = JSON.parse(readFileSync(exchange.configFile, 'utf8'))
      changed.ue_db[0].pwd = 'another'
      writeFileSync(exchange.configFile, JSON.stringify(changed))
      const raised = await exchange.again()
      // What the login itself has registered is taken back after a minute; another browser shows what comes then.
      const second = await person(house, 'alice', 'another')
      assert.equal(second.status, 200)
      const page = await alice.page({}, { state: -403 })
      assert.ok(page)
      await until('its cookie opens nothing', async () => (await alice.ask('me')).status === 401)
      await second.page()
      await raised.stop()
    }))
})
