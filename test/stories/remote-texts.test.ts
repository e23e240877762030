import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber } from '../support/house.ts'
import { type Remote, type RemoteClient, withRemote } from '../support/remote.ts'
import { aTextPhone } from '../support/text-phone.ts'

const open = (name: string, more = {}) => aSubscriber(name, { proof: 'none', ...more })

/** Bob has a SIP phone, Ben a handset. */
const aTown = async (
  work: (town: Awaited<ReturnType<typeof people>>, remote: Remote, client: RemoteClient) => Promise<void>,
) => {
  const town = await people()
  await withRemote(town.house, async (remote) => work(town, remote, await remote.connect()))
}
const people = async () => {
  const house = aHouse({ subscribers: [open('bob'), open('ben', { msisdn: '+15550102' })] })
  const bob = aTextPhone(house, 'bob', '192.0.2.11')
  const ben = aTextPhone(house, 'ben', '192.0.2.21', { sms: true })
  for (const phone of [bob, ben]) assert.equal(await phone.register(), 200)
  return { house, bob, ben }
}

describe('sms', () => {
  test('arrives at a handset and at a SIP phone, by impi and by impu in any spelling', () =>
    aTown(async ({ house, bob, ben }, _remote, client) => {
      const answer = await client.done({
        message: 'sms',
        impi: 'ben@tandem.test',
        text: 'one',
        message_id: 7,
      })
      assert.deepEqual([answer.message, answer.message_id, typeof answer.sms_id], ['sms', 7, 'string'])
      await client.done({ message: 'sms', impu: 'tel:+15550102', text: 'two 🎉', sender: '+15550199' })
      await client.done({ message: 'sms', impu: 'sip:bob@tandem.test', text: 'three' })
      await client.done({ message: 'sms', impu: 'bob', text: 'four' })
      await house.pass(1000)
      assert.deepEqual(ben.texts, ['one', 'two 🎉'])
      assert.deepEqual(bob.texts, ['three', 'four'])
      const [first, second] = ben.tpdus
      assert.ok(first?.kind === 'deliver' && second?.kind === 'deliver')
      assert.equal(first.originator.value, 'IMS')
      assert.equal(second.originator.value, '15550199')
    }))

  test('of octets arrives as they are, with their header, alphabet and protocol', () =>
    aTown(async ({ house, ben }, _remote, client) => {
      const binary = Buffer.from([6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 1, 2, 3]).toString('base64')
      await client.done({ message: 'sms', impi: 'ben@tandem.test', binary, tp_udhi_present: true, pid: 0x7f })
      await house.pass(1000)
      const [tpdu] = ben.tpdus
      assert.ok(tpdu?.kind === 'deliver')
      assert.equal(tpdu.pid, 0x7f)
      const wire = Buffer.from(ben.received[0]?.body ?? []).toString('hex')
      assert.match(wire, /0a0605040b8423f0010203$/, wire)
    }))

  test('of half a character or a zero is kept as it is sent', () =>
    aTown(async ({ house, bob }, _remote, client) => {
      for (const text of ['a\ud800', '\udc00\ud800', 'a\0b'])
        await client.done({ message: 'sms', impu: 'bob', text })
      await house.pass(1000)
      assert.deepEqual(bob.texts, ['a\ufffd', '\ufffd\ufffd', 'a\0b'])
      const kept = (await house.messages.list({ limit: 9 })).map(
        ({ body }) => body.kind === 'text' && body.text,
      )
      assert.deepEqual(kept.reverse(), bob.texts)
    }))

  test('says what is wrong', () =>
    aTown(async (_town, _remote, client) => {
      const errorOf = async (more: object) => (await client.ask({ message: 'sms', ...more })).error
      assert.equal(await errorOf({ impi: 'nobody@x', text: 'x' }), 'Unknown user: nobody@x')
      assert.equal(await errorOf({ impu: 'nobody', text: 'x' }), 'Unknown user: nobody')
      assert.equal(await errorOf({ text: 'x' }), 'impi or impu: one of them is needed')
      assert.equal(await errorOf({ impu: 'ben' }), 'text or binary: one of them is needed')
      assert.equal(await errorOf({ impu: 'ben', binary: '=?' }), 'binary: base64 is needed')
      const long = Buffer.alloc(141).toString('base64')
      assert.equal(await errorOf({ impu: 'ben', binary: long }), 'binary: 141 octets, at most 140 fit')
      const short = Buffer.from([9, 1]).toString('base64')
      assert.match(
        (await errorOf({ impu: 'ben', binary: short, tp_udhi_present: true })) ?? '',
        /would have 9 octets, 1 are there/,
      )
    }))

  test('is not acknowledged while the disk is full', () =>
    aTown(async ({ house, ben }, _remote, client) => {
      house.messageStore.full = true
      const answer = await client.ask({ message: 'sms', impu: 'ben', text: 'lost?' })
      assert.equal(answer.error, 'The message could not be stored: try again later')
      house.messageStore.full = false
      await client.done({ message: 'sms', impu: 'ben', text: 'kept' })
      await house.pass(1000)
      assert.deepEqual(ben.texts, ['kept'])
    }))

  test('for who is away waits, is counted by users, and goes with sms_flush or with its validity', () =>
    aTown(async ({ house, ben }, _remote, client) => {
      await ben.register(0)
      client.send([
        ...['one', 'two'].map((text) => ({ message: 'sms', impu: 'ben', text })),
        { message: 'sms', impu: 'ben', text: 'short', validity: 5 },
        { message: 'users' },
      ])
      for (let n = 0; n < 3; n++) assert.equal((await client.next()).error, undefined)
      const { users } = (await client.next()) as unknown as { users: { impi: string; sms: number }[] }
      assert.deepEqual(
        users.map(({ impi, sms }) => [impi, sms]),
        [
          ['bob@tandem.test', 0],
          ['ben@tandem.test', 3],
        ],
      )
      await house.pass(6000)
      assert.equal((await client.done({ message: 'sms_flush', impi: 'ben@tandem.test' })).count, 2)
      await ben.register()
      await house.pass(1000)
      assert.deepEqual(ben.texts, [])
      assert.match((await client.ask({ message: 'sms_flush', impi: 'x' })).error ?? '', /^Unknown user: x/)
    }))

  test('is refused when too many wait already', () =>
    aTown(async ({ ben }, _remote, client) => {
      await ben.register(0)
      client.send(Array.from({ length: 1000 }, () => ({ message: 'sms', impu: 'ben', text: 'x' })))
      for (let n = 0; n < 1000; n++) assert.equal((await client.next()).error, undefined)
      const { error } = await client.ask({ message: 'sms', impu: 'ben', text: 'x' })
      assert.equal(error, 'Too many messages wait: try again later')
    }))

  test('at a later time is sent then', () =>
    aTown(async ({ house, ben }, remote, client) => {
      client.send({ message: 'sms', impu: 'ben', text: 'later', start_time: 10 })
      await client.done({ message: 'help' })
      await house.pass(9000)
      assert.deepEqual(ben.texts, [])
      assert.equal((await remote.patiently(client.next())).error, undefined)
      await house.pass(1000)
      assert.deepEqual(ben.texts, ['later'])
    }))
})

describe('the event sms', () => {
  test('tells of each text that comes from an endpoint, to those who registered', () =>
    aTown(async ({ house, bob, ben }, remote, client) => {
      const other = await remote.connect()
      await client.done({ message: 'register', register: 'sms' })
      await bob.send('ben', 'Grüße, 日本')
      await ben.submit('bob', 'plain')
      await ben.submit('bob', 'long '.repeat(80))
      await other.done({ message: 'sms', impu: 'bob', text: 'of our own' })
      await house.pass(1000)
      const [first, second, third] = client.left
      const { sender, ...told } = first ?? {}
      assert.equal(sender, 'sip:bob@tandem.test')
      assert.deepEqual(told, {
        message: 'sms',
        destination: `sip:ben@tandem.test`,
        text: 'Grüße, 日本',
        dcs: 8,
      })
      assert.deepEqual([second?.text, second?.dcs], ['plain', 0])
      assert.equal(third?.text, 'long '.repeat(80))
      assert.equal(client.left.length, 3)
      assert.equal(other.left.length, 0)
      client.left.length = 0
      await client.done({ message: 'register', unregister: ['sms', "users'update"] })
      await bob.send('ben', 'unheard')
      assert.equal((await client.done({ message: 'help' })).message, 'help')
    }))
})
