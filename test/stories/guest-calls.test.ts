import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallPlan, Guests, Subscriber } from '#core'
import { aHouse, aSubscriber, DOMAIN, type House } from '../support/house.ts'
import { FOLDER } from '../support/memory-sounds.ts'
import { aPhone, type Phone, SDP } from '../support/phone.ts'
import { browserSdp, connect, type MemoryClient, newClient } from '../support/web-clients.ts'

const DESK = `desk@${DOMAIN}`

/** Guests who call by that account, whomever they like. */
const guestsOf = (account: Subscriber): Guests => {
  const no = { ok: false as const, error: { why: 'forbidden' as const, code: 'off' as const, reason: 'No.' } }
  return {
    ...{ enabled: true, welcomes: () => true, ticket: () => no, admitCallBack: () => no },
    admit: ({ to }) => ({
      ok: true,
      value: {
        caller: { subscriber: account, identity: `sip:${DESK}`, display: 'Visitor', anonymous: false },
        dialled: { user: to, text: to },
        guest: { how: 'web', address: '203.0.113.7' },
        headers: [],
        release: () => {},
      },
    }),
  }
}

/** To numbers that nobody has: the account's own phones. */
const TO_DESK: CallPlan = {
  ...{ name: 'shop', match: { kind: 'call', to: '*', from: '*' }, allow: [], deny: [] },
  ...{
    stages: [{ kind: 'subscriber', name: 'desk' }],
    strategy: 'round_robin',
    fallbackOn: new Set<number>(),
  },
}

type More = Partial<NonNullable<Parameters<typeof aHouse>[0]>>

/** Visitors call by the account `desk`, in whose mailbox there is a message. */
const aShop = async (more: More = { mailbox: {} }) => {
  const names = ['desk', 'bob', 'carol'] as const
  const people = names.map((name) => aSubscriber(name, { proof: 'none' }))
  const house = aHouse({ subscribers: people, guests: guestsOf(people[0] as Subscriber), ...more })
  const bob = aPhone(house, 'bob', '192.0.2.11')
  const carol = aPhone(house, 'carol', '192.0.2.12')
  for (const phone of [bob, carol]) assert.equal((await phone.register()).status, 200)
  house.sounds.write(`${FOLDER}m1.wav`, 2000)
  await house.sounds.mailbox.add({
    ...{
      kind: 'mailbox',
      id: 'm1',
      impi: DESK,
      call: 'c',
      with: '',
      name: '',
      atMs: 1,
      ms: 2000,
      path: 'm1.wav',
    },
    ...{ type: 'audio/wav', heard: false, urgent: false },
  })
  const visitor = connect(house)
  return { house, bob, carol, visitor }
}

const callAs = async (visitor: MemoryClient, to: string): Promise<string> => {
  visitor.say(1000)
  const { nonce } = await visitor.next(2000)
  visitor.say(1011, { nonce, to, sdp: browserSdp('visitor') })
  return String((await visitor.next(2011, { code: 0 })).cid)
}

/** The only call that there is. */
const callId = (house: House): string => {
  const [call, ...more] = house.calls.list()
  assert.ok(call)
  assert.deepEqual(more, [])
  return call.record.id
}

const talkWith = async ({ house, visitor }: { house: House; visitor: MemoryClient }, phone: Phone) => {
  await callAs(visitor, phone.name)
  await house.settle()
  void phone.incoming.at(-1)?.accept(SDP)
  await visitor.next(9004, { state: 2 })
  await house.settle()
}

const takesMessage = (house: House): boolean =>
  house.media.spoken.some(({ script }) => script?.record !== undefined)

/** What is in the mailbox has not been played, marked or deleted. */
const isUntouched = async (house: House): Promise<void> => {
  const played = house.media.spoken.flatMap(({ script }) => script?.play ?? [])
  assert.equal(
    played.some((path) => path.endsWith('m1.wav')),
    false,
    'the visitor hears it',
  )
  for (const { record } of house.calls.list())
    for (const digit of '7117') house.calls.onDtmf(record.id, 'caller', digit)
  await house.settle()
  assert.equal(house.sounds.mailbox.countsOf(DESK).new, 1)
}

describe('the mailbox of the account that visitors call by', () => {
  test('takes their messages and opens to none of them, by its number neither', async () => {
    const { house, visitor } = await aShop()
    await callAs(visitor, 'desk')
    await visitor.next(9004, { state: 2, voiceMail: true })
    await house.settle()
    assert.ok(takesMessage(house), 'it takes no message')
    await isUntouched(house)
    const other = connect(house)
    await callAs(other, '*97')
    await other.next(9004, { state: 0, cause: 404 })
    await isUntouched(house)
  })

  test('does not open to a visitor who is put through to it', async () => {
    for (const [number, record] of [
      ['desk', true],
      ['*97', false],
    ] as const) {
      const shop = await aShop()
      const { house, bob } = shop
      await talkWith(shop, bob)
      const done = await house.calls.transfer(callId(house), 'callee', { user: number, text: number })
      await house.settle()
      assert.equal(done.ok, record, number)
      assert.equal(takesMessage(house), record)
      await isUntouched(house)
    }
  })

  test('nor to one who became the called party on the way', async () => {
    const shop = await aShop()
    const { house, bob, carol } = shop
    await talkWith(shop, bob)
    const first = callId(house)
    await bob.call('carol')
    void carol.incoming.at(-1)?.accept(SDP)
    await house.settle()
    const second = house.calls.list().find(({ record }) => record.id !== first)?.record.id ?? ''
    const joined = await house.calls.bridge({ call: second, far: 'callee' }, { call: first, far: 'caller' })
    assert.ok(joined.ok)
    await house.pass(500)
    assert.equal(house.calls.get(joined.value)?.record.guest?.how, 'web')
    const done = house.calls.transfer(joined.value, 'caller', { user: 'desk', text: 'desk' })
    await house.pass(500)
    assert.equal((await done).ok, true)
    assert.ok(takesMessage(house), 'it takes no message')
    await isUntouched(house)
  })
})

describe('a visitor who calls the account itself', () => {
  test('rings its phones, by a route as well', async () => {
    for (const number of ['desk', '12345']) {
      const { house, visitor } = await aShop({ trunks: { lines: () => [], plans: [TO_DESK] } })
      const desk = aPhone(house, 'desk', '192.0.2.13')
      await desk.register()
      const cid = await callAs(visitor, number)
      await house.settle()
      void desk.incoming.at(-1)?.accept(SDP)
      await visitor.next(9004, { cid, state: 2 })
    }
  })

  test('wakes a closed page, and waits for one that is away for a moment', async () => {
    const woken: string[] = []
    const closed = await aShop({ waking: { wakes: [DESK], woken: (impi) => void woken.push(impi) } })
    const cid = await callAs(closed.visitor, 'desk')
    await closed.visitor.next(9004, { cid, state: 1 })
    assert.deepEqual(woken, [DESK])
    const { house, visitor } = await aShop({})
    const page = await newClient(house, 'desk')
    page.drop()
    await callAs(visitor, 'desk')
    await house.settle()
    assert.equal(house.calls.count, 1, 'the call is lost')
  })
})
