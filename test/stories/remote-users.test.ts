import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applyProofSetting, type LiveSettings } from '#core'
import { aHouse, aSubscriber } from '../support/house.ts'
import { aPhone, SDP } from '../support/phone.ts'
import { type Remote, type RemoteClient, withRemote } from '../support/remote.ts'
import { invited, open } from '../support/script-calls.ts'
import { aScriptPhone } from '../support/script-phone.ts'

type User = { impi: string; force_sms_over_sg: boolean; bindings: object[]; dialogs: object[]; sms: number }

const aTown = async (
  work: (town: Awaited<ReturnType<typeof people>>, client: RemoteClient, remote: Remote) => Promise<void>,
) => {
  const town = await people()
  await withRemote(town.house, async (remote) => work(town, await remote.connect(), remote))
}
const people = async () => {
  const house = aHouse({
    live: { calledPartyId: false },
    subscribers: [open('alice'), open('bob'), aSubscriber('carol', { followsProofSetting: true })],
  })
  const alice = aScriptPhone(house, 'alice', '192.0.2.10')
  const bob = aScriptPhone(house, 'bob', '192.0.2.11')
  return { house, alice, bob }
}
const users = async (client: RemoteClient): Promise<User[]> =>
  (await client.done({ message: 'users' })).users as User[]

const FEATURES = '<sip:bob@192.0.2.11:5060>;q=0.7;video;+sip.instance="<urn:gsma:imei:35349002-000018-0>"'

describe('users', () => {
  test('are told with their bindings, talks and texts, in the manual’s form', () =>
    aTown(async ({ house, alice, bob }, client) => {
      await alice.register()
      await bob.register([
        ['Contact', FEATURES],
        ['Expires', '600'],
      ])
      alice.send(alice.invitation('bob'))
      await house.settle()
      bob.respond(invited(bob), 200, { sdp: SDP })
      await house.pass(10_000)
      const [first, second, third] = await users(client)
      assert.deepEqual(second, {
        impi: 'bob@tandem.test',
        force_sms_over_sg: false,
        bindings: [
          {
            uri: 'sip:bob@192.0.2.11:5060',
            q: 0.7,
            video: true,
            sms: false,
            imeisv: '353490020000180',
            expires: 590,
          },
        ],
        dialogs: [{ remote: 'alice@tandem.test' }],
        sms: 0,
      })
      assert.deepEqual(first?.dialogs, [{ remote: 'bob@tandem.test' }])
      assert.deepEqual(third, {
        impi: 'carol@tandem.test',
        force_sms_over_sg: false,
        bindings: [],
        dialogs: [],
        sms: 0,
      })
    }))

  test('who changed are told to those who registered, together', () =>
    aTown(async ({ house, alice, bob }, client, remote) => {
      const other = await remote.connect()
      await client.done({ message: 'register', register: ['users_update', 'sms'] })
      await alice.register()
      await bob.register()
      const told = await remote.patiently(client.next())
      assert.equal(told.message, 'users_update')
      assert.deepEqual(
        (told.users as User[]).map(({ impi, bindings }) => [impi, bindings.length]),
        [
          ['alice@tandem.test', 1],
          ['bob@tandem.test', 1],
        ],
      )
      await alice.register()
      await house.pass(500)
      house.registrations.deregister('sip:bob@192.0.2.11:5060')
      const gone = await remote.patiently(client.next())
      assert.deepEqual(
        (gone.users as User[]).map(({ impi, bindings }) => [impi, bindings.length]),
        [['bob@tandem.test', 0]],
      )
      await client.done({ message: 'register', unregister: "users'update" })
      house.registrations.deregister('sip:alice@192.0.2.10:5060')
      await house.pass(500)
      await client.done({ message: 'help' })
      assert.equal(client.left.length + other.left.length, 0)
    }))
})

test('user_set keeps what it is told of a user, found by impi or impu', () =>
  aTown(async (_town, client) => {
    await client.done({ message: 'user_set', impi: 'bob@tandem.test', force_sms_over_sg: true })
    await client.done({ message: 'user_set', impu: 'sip:alice', force_sms_over_sg: true })
    await client.done({ message: 'user_set', impu: 'alice' })
    assert.deepEqual(
      (await users(client)).map(({ force_sms_over_sg }) => force_sms_over_sg),
      [true, true, false],
    )
    assert.equal(
      (await client.ask({ message: 'user_set', impi: 'x', force_sms_over_sg: true })).error,
      'Unknown user: x',
    )
  }))

test('unregister removes a binding by its contact, or all of an address of record', () =>
  aTown(async ({ house, alice, bob }, client) => {
    await alice.register()
    await bob.register([['Contact', '<sip:bob@192.0.2.11:5060>, <sip:bob@192.0.2.12:5060>']])
    await client.done({ message: 'unregister', uri: 'sip:alice@192.0.2.10:5060' })
    await client.done({ message: 'unregister', uri: 'sip:bob@tandem.test' })
    assert.equal(house.registrations.count, 0)
    const again = await client.ask({ message: 'unregister', uri: 'sip:bob@tandem.test' })
    assert.equal(again.error, 'Unknown binding: sip:bob@tandem.test')
  }))

describe('config_set', () => {
  test('changes each setting that it names, and no other', () =>
    aTown(async ({ house }, client) => {
      const values: [name: string, own: keyof LiveSettings, value: unknown][] = [
        ['precondition', 'precondition', true],
        ['sms_retry_delay', 'smsRetryDelayS', 5],
        ['sms_expires', 'smsExpiresS', 77],
        ['binding_expires', 'bindingExpiresS', 99],
        ['subscribe_expires', 'subscribeExpiresS', 864_000],
        ['auth_on_register_only', 'authOnRegisterOnly', true],
        ['dialog_timeout', 'dialogTimeoutS', 0],
        ['p_called_party_id', 'calledPartyId', true],
        ['sms_forced_cp_cause', 'smsForcedCpCause', 22],
        ['sms_forced_rp_cause', 'smsForcedRpCause', 255],
      ]
      for (const [name, own, value] of values) {
        const before = { ...house.live }
        assert.notEqual(before[own], value)
        await client.done({ message: 'config_set', [name]: value })
        assert.deepEqual(house.live, { ...before, [own]: value })
        assert.equal((await client.done({ message: 'config_get' }))[name], value)
      }
      await client.done({
        message: 'config_set',
        sms_message_filter: { cp_data: 'ignore', rp_ack: 'reject' },
      })
      await client.done({ message: 'config_set', sms_message_filter: { cp_data: 'treat' } })
      assert.deepEqual(house.live.smsMessageFilter, {
        cp_data: 'treat',
        cp_ack: 'treat',
        rp_data: 'treat',
        rp_ack: 'reject',
      })
    }))

  test('changes all of it or nothing', () =>
    aTown(async ({ house }, client, remote) => {
      const before = structuredClone(house.live)
      const options = remote.log.describe()
      const wrong = {
        sms_expires: 5,
        logs: { layers: { sip: { level: 'debug' } }, count: 7 },
        dialog_timeout: -1,
      }
      const { error = '' } = await client.ask({ message: 'config_set', ...wrong })
      assert.match(error, /^dialog_timeout: an integer from 0 to \d+ is needed, not -1$/)
      assert.deepEqual(house.live, before)
      assert.deepEqual([remote.log.describe(), remote.log.ringSize], [options, 4096])
    }))

  test('changes the log, layer by layer, and how much of it is kept', () =>
    aTown(async (_town, client, remote) => {
      const layers = { SIP: { level: 'debug', max_size: 9 }, ims: { level: 'error' }, cx: { max_size: 0 } }
      await client.done({ message: 'config_set', logs: { layers, count: 2 } })
      const { logs } = await client.done({ message: 'config_get' })
      const told = logs as { layers: Record<string, object>; count: number }
      assert.deepEqual(
        [told.layers.sip, told.layers.ims, told.layers.cx, told.count],
        [
          ...[
            { level: 'debug', max_size: 9 },
            { level: 'error', max_size: -1 },
            { level: 'info', max_size: 0 },
            2,
          ],
        ],
      )
      assert.equal(remote.log.on('sip', 'debug'), true)
      for (const text of ['one', 'two', 'three']) remote.log.write('app', 'info', text)
      assert.equal(remote.log.count, 2)
    }))

  test('of binding_expires counts from the next REGISTER on', () =>
    aTown(async ({ alice }, client) => {
      await client.done({ message: 'config_set', binding_expires: 120 })
      await alice.register()
      const [binding] = (await users(client)).flatMap(({ bindings }) => bindings)
      assert.equal((binding as { expires: number }).expires, 120)
    }))

  test('of auth_on_register_only holds at once, also for phones that are registered', async () => {
    const own = aSubscriber('dave')
    const house = aHouse({ subscribers: [aSubscriber('carol', { followsProofSetting: true }), own] })
    for (const [name, at] of [
      ['carol', '192.0.2.13'],
      ['dave', '192.0.2.14'],
    ] as const)
      assert.equal((await aPhone(house, name, at).register()).status, 200)
    const callers = [
      aScriptPhone(house, 'carol', '192.0.2.13', 5070),
      aScriptPhone(house, 'dave', '192.0.2.14', 5070),
    ]
    const statuses = async (): Promise<(number | undefined)[]> => {
      const calls = callers.map((phone) => phone.send(phone.invitation('600')))
      await house.settle()
      return calls.map((call) => call.status())
    }
    const onSettings = (): void =>
      applyProofSetting(house.subscribers, house.registrations, house.live.authOnRegisterOnly)
    await withRemote(
      house,
      async (remote) => {
        const client = await remote.connect()
        assert.deepEqual(await statuses(), [407, 407])
        await client.done({ message: 'config_set', auth_on_register_only: true })
        assert.deepEqual(await statuses(), [200, 407])
        await client.done({ message: 'config_set', auth_on_register_only: false })
        assert.deepEqual(await statuses(), [407, 407])
      },
      { onSettings },
    )
  })
})
