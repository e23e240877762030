import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { BLOCK_AFTER, type Flooded, startFlooded } from '../support/flooded.ts'
import {
  aStranger,
  authorizationOf,
  headerOf,
  registerRaw,
  requestText,
  type Stranger,
  statusOf,
} from '../support/raw-sip.ts'
import type { Tandem } from '../support/tandem.ts'
import { PROMPT_MS, type Witness } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

/** Bounds of the house, as docs/hostile-input.md has them. */
const INVITES_PER_SOURCE = 200
const CONTACTS_PER_USER = 10

describe('a house under floods of datagrams', () => {
  let flooded: Flooded
  let house: Tandem
  let witness: Witness
  before(async () => {
    flooded = await startFlooded()
    ;({ house, witness } = flooded)
  })
  after(() => flooded?.end())
  const answers = ({ counts }: Stranger): number => [...counts.values()].reduce((sum, one) => sum + one, 0)

  test('of wrong passwords: their source is heard no more, others are', async () => {
    const guesser = await aStranger(house, '127.0.0.5')
    const register = (headers: string[]): string =>
      requestText({
        method: 'REGISTER',
        via: guesser.via,
        headers: ['Contact: <sip:alice@127.0.0.5>', ...headers],
      })
    const challenge = headerOf((await guesser.ask(register([]))) ?? '', 'WWW-Authenticate') ?? ''
    const wrong = authorizationOf(challenge, 'alice@tandem.test', 'not hers', 'REGISTER')
    await flooded.within(60, async () => {
      await flooded.flood(guesser, 50_000, 1000, () => register([`Authorization: ${wrong}`]))
      // The last refusals were held back for up to four seconds.
      await sleep(4200)
    })
    const refused = guesser.counts.get(403) ?? 0
    assert.ok(refused >= 1 && refused <= BLOCK_AFTER, `${refused} refusals`)
    assert.ok(answers(guesser) <= BLOCK_AFTER + 1, `${answers(guesser)} answers`)
    assert.equal(await guesser.ask(requestText({ method: 'OPTIONS', via: guesser.via }), 700), undefined)
    guesser.close()
    await witness.register('bob', 'builder')
    await witness.finds()
  })

  test('of INVITEs: past the bound 503 with Retry-After, and free again afterwards', async () => {
    const caller = await aStranger(house, '127.0.0.6')
    let without = 0
    caller.onMessage = (text) => {
      if (statusOf(text) === 503 && !headerOf(text, 'Retry-After')) without++
    }
    const invite = (): string =>
      requestText({ method: 'INVITE', uri: 'sip:600@tandem.test', to: '600', via: caller.via })
    await flooded.within(60, () => flooded.flood(caller, 30_000, 250, invite))
    const refused = caller.counts.get(503) ?? 0
    assert.ok(refused > 15_000, `${refused} times 503`)
    assert.equal(without, 0, '503 without Retry-After')
    const trying = caller.counts.get(100) ?? 0
    assert.ok(trying >= INVITES_PER_SOURCE && trying < 10_000, `${trying} taken on`)
    await until(
      'a place for a further INVITE',
      async () => statusOf((await caller.ask(invite(), 400)) ?? '') === 407,
    )
    caller.close()
    await witness.finds()
  })

  test('of long INVITEs from many addresses: their octets are bounded too', async () => {
    await flooded.within(220, async () => {
      for (let source = 1; source <= 60; source++) {
        const caller = await aStranger(house, `127.0.2.${source}`)
        const body = 'x'.repeat(30_000)
        for (let i = 0; i < 100; i++) caller.send(requestText({ method: 'INVITE', via: caller.via, body }))
        const ms = await witness.options()
        assert.ok(ms < PROMPT_MS, `OPTIONS took ${Math.round(ms)} ms`)
        await until('503', () => (caller.counts.get(503) ?? 0) > 0, { everyMs: 5 })
        caller.close()
      }
    })
  })

  test('of contacts: a user has ten, and the others are refused', async () => {
    const greedy = await aStranger(house, '127.0.0.7')
    const results = new Map<number, number>()
    for (let i = 0; i < 2000; i++) {
      // The second half comes by tens, beside each other.
      const contact = `<sip:alice@127.0.0.7:${10_000 + i}>`
      const status = statusOf(await registerRaw(greedy, 'alice', 'wonder', contact, 600))
      results.set(status, (results.get(status) ?? 0) + 1)
    }
    greedy.close()
    assert.deepEqual(
      [...results],
      [
        [200, CONTACTS_PER_USER],
        [403, 2000 - CONTACTS_PER_USER],
      ],
    )
    await witness.finds()
  })

  test('of large and deep messages: each is answered or dropped in no time', async () => {
    const vast = await aStranger(house, '127.0.0.8')
    const many = (line: string, times: number): string[] => Array.from({ length: times }, () => line)
    const commas = (value: string, times: number): string => many(value, times).join(',')
    const { via } = vast
    const route = '<sip:127.0.0.1;lr>'
    const large = [
      requestText({ method: 'OPTIONS', via, headers: [`X: ${'a'.repeat(60_000)}`] }),
      requestText({ method: 'OPTIONS', via, headers: many('X: y', 10_000) }),
      requestText({ method: 'OPTIONS', via, headers: many('Via: SIP/2.0/UDP a;branch=z9hG4bK1', 1700) }),
      requestText({ method: 'OPTIONS', via, headers: [`Via: ${commas('SIP/2.0/UDP a', 4000)}`] }),
      requestText({ method: 'OPTIONS', via, headers: [`Route: ${commas(route, 3000)}`] }),
      requestText({ method: 'INVITE', via, headers: many(`Record-Route: ${route}`, 1500) }),
      requestText({ method: 'REGISTER', via, headers: [`Contact: ${commas('<sip:a@b>', 6000)}`] }),
      requestText({ method: 'REGISTER', via, headers: [`Authorization: Digest ${commas('a="b"', 9000)}`] }),
      requestText({ method: 'OPTIONS', via, headers: [`Require: ${commas('x', 30_000)}`] }),
      requestText({
        method: 'OPTIONS',
        via,
        headers: [`X: ${'\\"'.repeat(29_000)}`, `Subject: ${'('.repeat(500)}`],
      }),
      requestText({ method: 'OPTIONS', via, uri: `sip:${'a;b=c'.repeat(10_000)}` }),
      requestText({ method: 'OPTIONS', via, from: `<sip:${'%61'.repeat(15_000)}@a>` }),
      requestText({
        method: 'INVITE',
        via,
        headers: ['Content-Type: application/sdp'],
        body: `v=0\r\n${'m=audio 1 RTP/AVP 0\r\na=x\r\n'.repeat(2300)}`,
      }),
      requestText({ method: 'OPTIONS', via }).replace('Content-Length: 0', 'Content-Length: 65535'),
      requestText({ method: 'OPTIONS', via }).replace('Content-Length: 0', 'Content-Length: -1'),
      requestText({ method: 'OPTIONS', via, headers: many(' folded', 8000) }),
      '\r\n'.repeat(32_000),
      '\0'.repeat(65_000),
    ]
    await flooded.within(60, async () => {
      for (let round = 0; round < 20; round++) {
        for (const text of large) vast.send(text.slice(0, 65_400))
        const ms = await witness.options()
        assert.ok(ms < PROMPT_MS, `OPTIONS took ${Math.round(ms)} ms`)
      }
    })
    vast.close()
    await witness.finds()
  })
})
