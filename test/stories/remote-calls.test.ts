import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MediumStats } from '#core'
import { aHouse } from '../support/house.ts'
import { SDP } from '../support/phone.ts'
import { type Remote, type RemoteClient, withRemote } from '../support/remote.ts'
import { invited, open } from '../support/script-calls.ts'
import { aScriptPhone } from '../support/script-phone.ts'

type Event = { type: string; timestamp: number; state: string; message?: string }
type Told = {
  session_id: string
  state: string
  type: string
  to: string
  from: string
  mt_dialog?: string
  mo_dialog?: string
  date: number
  duration: number
  event_list: Event[]
  medias: Record<string, unknown>[]
}

const MEDIUM: MediumStats = {
  ...{ type: 'audio', dir: 'sendrecv', rtpAddr: '192.0.2.9:4000', rtpRecv: 5, rtpSend: 6 },
  ...{ rtcpAddr: '192.0.2.9:4001', rtcpRecv: 1, rtcpSend: 2 },
}

const aTown = async (
  work: (town: Awaited<ReturnType<typeof people>>, client: RemoteClient, remote: Remote) => Promise<void>,
) => {
  const town = await people()
  await withRemote(town.house, async (remote) => work(town, await remote.connect(), remote))
}
const people = async () => {
  const house = aHouse({ subscribers: [open('alice'), open('bob')] })
  house.media.stats = async (_call, side) => [{ ...MEDIUM, rtpRecv: side === 'caller' ? 5 : 7 }]
  const alice = aScriptPhone(house, 'alice', '192.0.2.10')
  const bob = aScriptPhone(house, 'bob', '192.0.2.11')
  for (const phone of [alice, bob]) assert.equal(await phone.register(), 200)
  return { house, alice, bob }
}
const dialogs = async (client: RemoteClient, more: object = {}): Promise<Told[]> =>
  (await client.done({ message: 'dialog_get', ...more })).dialogs as Told[]
const course = ({ event_list }: Told): string[] =>
  event_list.map(({ type, state, message }) => [type, message ?? state].join(' '))

describe('dialog_get', () => {
  test('shows both sides of a call, from its first message to half a minute after its last', () =>
    aTown(async ({ house, alice, bob }, client) => {
      assert.deepEqual(await dialogs(client), [])
      const sent = alice.send(alice.invitation('bob'))
      await house.settle()
      const [calling, ringing] = await dialogs(client)
      assert.deepEqual([calling?.state, calling?.type, calling?.duration], ['init', 'server', 0])
      assert.deepEqual([calling?.mt_dialog, ringing?.mo_dialog], [ringing?.session_id, calling?.session_id])
      assert.deepEqual([calling?.from, calling?.to], ['sip:alice@tandem.test', 'sip:bob@tandem.test'])
      await house.pass(1000)
      const ring = invited(bob)
      bob.respond(ring, 180)
      await house.settle()
      assert.deepEqual(
        (await dialogs(client)).map(({ state }) => state),
        ['ringing', 'ringing'],
      )
      await house.pass(1000)
      const answer = bob.respond(ring, 200, { sdp: SDP })
      await house.settle()
      const near = alice.calling(sent, sent.last())
      near.ack()
      await house.pass(3000)
      const [one, other] = await dialogs(client)
      assert.ok(one && other)
      assert.deepEqual([one.state, one.duration, other.duration], ['start', 3, 3])
      assert.equal(one.date, Math.floor((house.timers.clock.wallMs() - 5000) / 1000))
      assert.deepEqual(one.medias, [
        {
          ...{ type: 'audio', qos: 'disabled', dir: 'sendrecv' },
          ...{ rtp_addr: '192.0.2.9:4000', rtp_recv_count: 5, rtp_send_count: 6 },
          ...{ rtcp_addr: '192.0.2.9:4001', rtcp_recv_count: 1, rtcp_send_count: 2 },
        },
      ])
      assert.equal(other.medias[0]?.rtp_recv_count, 7)

      const far = bob.called(ring, answer)
      far.send('INVITE', { sdp: `${SDP}a=sendonly\r\n` })
      await house.settle()
      const hold = alice.got('INVITE')[0]
      assert.ok(hold)
      alice.respond(hold, 200, { sdp: `${SDP}a=recvonly\r\n` })
      await house.settle()
      assert.deepEqual(
        (await dialogs(client)).map(({ state }) => state),
        ['hold', 'hold'],
      )
      near.send('BYE')
      await house.settle()
      // As the media room tells it after the end.
      house.dialogs.onClosed(one.session_id, { caller: [{ ...MEDIUM, rtpRecv: 50 }], callee: [] })
      const [ended] = await dialogs(client, { session_id: one.session_id })
      assert.ok(ended)
      assert.deepEqual([ended.state, ended.duration, ended.medias[0]?.rtp_recv_count], ['stop', 3, 50])
      assert.deepEqual(course(ended).slice(0, 6), [
        ...['recv INVITE', 'state init', 'state ringing', 'send 180', 'state start', 'send 200'],
      ])
      assert.deepEqual(course(ended).slice(-4), ['state hold', 'recv BYE', 'send 200', 'state stop'])
      assert.deepEqual(ended.event_list.find(({ state }) => state === 'start')?.timestamp, 2)
      const [mt] = await dialogs(client, { session_id: other.session_id })
      assert.ok(mt)
      assert.deepEqual(course(mt).slice(0, 6), [
        ...['state init', 'send INVITE', 'recv 100', 'recv 180', 'state ringing', 'recv 200'],
      ])
      assert.deepEqual(await dialogs(client, { session_id: 'nobody' }), [])

      await house.pass(29_000)
      assert.equal((await dialogs(client)).length, 2)
      await house.pass(2000)
      assert.deepEqual(await dialogs(client), [])
      assert.equal(house.dialogs.count, 0)
    }))

  test('shows the echo service as one dialog, and a call that nobody could take', () =>
    aTown(async ({ house, alice }, client) => {
      alice.send(alice.invitation('600'))
      alice.send(alice.invitation('nobody'))
      await house.settle()
      const [echo, lost] = await dialogs(client)
      assert.deepEqual([echo?.type, echo?.state, echo?.mt_dialog], ['echo', 'start', undefined])
      assert.deepEqual([lost?.type, lost?.state, lost?.medias], ['server', 'stop', []])
    }))
})

describe('dialog_stop', () => {
  test('ends a call by either of its dialogs, once', () =>
    aTown(async ({ house, alice, bob }, client) => {
      for (const side of [0, 1]) {
        bob.heard.length = 0
        const sent = alice.send(alice.invitation('bob'))
        await house.settle()
        bob.respond(invited(bob), 200, { sdp: SDP })
        await house.settle()
        alice.calling(sent, sent.last()).ack()
        await house.settle()
        const dialog = (await dialogs(client)).filter(({ state }) => state === 'start')[side]
        assert.ok(dialog)
        await client.done({ message: 'dialog_stop', session_id: dialog.session_id })
        await house.settle()
        assert.equal(bob.got('BYE').length, 1)
        const again = await client.ask({ message: 'dialog_stop', session_id: dialog.session_id })
        assert.equal(again.error, `Unknown dialog: ${dialog.session_id}`)
      }
      assert.equal(alice.got('BYE').length, 2)
    }))
})

describe('mt_call', () => {
  test('rings a handset, shows as one dialog, and is stopped', () =>
    aTown(async ({ house, bob }, client) => {
      const { session_id } = await client.done({
        message: 'mt_call',
        impi: 'bob@tandem.test',
        caller: '+15550199',
      })
      await house.settle()
      const ring = invited(bob)
      assert.match(ring.request.headers.get('From') ?? '', /15550199/)
      bob.respond(ring, 180)
      await house.settle()
      const [dialog] = await dialogs(client)
      assert.deepEqual([dialog?.session_id, dialog?.type, dialog?.state], [session_id, 'mt call', 'ringing'])
      await client.done({ message: 'dialog_stop', session_id })
      await house.settle()
      assert.equal(bob.cancelled.length, 1)
      assert.equal((await dialogs(client))[0]?.state, 'stop')
    }))

  test('says why there is none', () =>
    aTown(async (_town, client) => {
      assert.match((await client.ask({ message: 'mt_call', impi: 'nobody' })).error ?? '', /no such user/)
      assert.match((await client.ask({ message: 'mt_call' })).error ?? '', /^impi: is missing/)
      const missing = await client.ask({ message: 'mt_call', impi: 'bob@tandem.test', sip_file: 'x.sdp' })
      assert.match(missing.error ?? '', /x\.sdp/)
    }))
})
