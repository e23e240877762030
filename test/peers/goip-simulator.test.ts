import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createTimers } from '#lib/timers'
import {
  createChance,
  createGoipDevice,
  createMobileNetwork,
  fastRadio,
  type GoipEvent,
  type MediaSocket,
  type MobileText,
  realGoip,
  simCardAt,
} from '#simulators'
import { type ForeignMessage, goipPackage } from '../support/goip-package.ts'
import { freePort } from '../support/ports.ts'
import { openUdp } from '../support/udp-socket.ts'
import { until } from '../support/wait.ts'

/**
 * The npm package `goip`, server and client by somebody else, against our simulated device. It answers keepalives with
 * `req:` in place of `reg:`, and counts characters where the interface counts octets: only ASCII goes through it whole.
 */
describe('the npm package goip', async () => {
  const { ServerFactory, SocketSms } = goipPackage()
  const timers = createTimers()
  const left: MobileText[] = []
  const events: GoipEvent[] = []
  const heard: ForeignMessage[] = []
  const port = await freePort()
  const server = ServerFactory.make(port, { address: '127.0.0.1' })
  server.onAll((message) => heard.push(message))
  server.run()
  const sockets: MediaSocket[] = []
  const device = createGoipDevice(
    {
      ...{ timers, chance: createChance(1), server: { address: '127.0.0.1', port } },
      network: createMobileNetwork({ timers, onLeft: (text) => left.push(text) }),
      openSocket: async () => {
        const socket = await openUdp()
        sockets.push(socket)
        return socket
      },
      onEvent: (event) => events.push(event),
    },
    {
      lines: [{ id: 'goip1', password: 'pw', sim: simCardAt(0, '+15550100201') }],
      manner: { ...realGoip, radio: fastRadio, reportMs: 50, keepaliveMs: 500 },
    },
  )
  await device.plug()
  after(() => {
    device.unplug()
    server.close()
  })
  const told = (name: string) => heard.filter((message) => message.constructor.name === name)

  test('as a server hears that the line is there, and takes its texts, reports and calls', async () => {
    await until('a keepalive', () => told('Req').length > 0)
    assert.equal(told('Req')[0]?.attributes().num, '+15550100201')
    await until('our line takes its answer', () => events.some(({ kind }) => kind === 'registered'))
    device.lines[0]?.receive('+15550100900', 'hello you')
    device.lines[0]?.call('in', '+15550100900', 0.1)
    await until('a text', () => told('Receive').length > 0)
    const { srcnum, msg } = told('Receive')[0]?.attributes() ?? {}
    assert.deepEqual([srcnum, msg], ['+15550100900', 'hello you'])
    await until('a call', () => ['Record', 'State', 'Hengup'].every((name) => told(name).length > 0))
    const taken = (name: string) =>
      events.some((event) => event.kind === 'told' && event.name === name && event.verdict === 'OK')
    await until(
      'its receipts',
      () => taken('RECEIVE') && taken('RECORD') && taken('STATE') && taken('HANGUP'),
    )
  })

  test('as a client sends a text through a whole session', async () => {
    const [socket] = sockets
    assert.ok(socket)
    const sent = await new SocketSms('127.0.0.1', socket.local.port, 'pw').sendOne(
      '+15550100900',
      'hello',
      4711,
    )
    assert.deepEqual([sent.sendid, sent.telid], ['4711', '1'])
    assert.match(sent.sms_no ?? '', /^\d+$/)
    const [text] = left
    assert.deepEqual(
      [left.length, text?.from, text?.to, text?.text],
      [1, '+15550100201', '+15550100900', 'hello'],
    )
    await until('its delivery report', () => told('Deliver').length > 0)
    assert.equal(told('Deliver')[0]?.attributes().sms_no, sent.sms_no)
  })

  test('counts characters: what is not ASCII is cut', async () => {
    const [socket] = sockets
    assert.ok(socket)
    const client = new SocketSms('127.0.0.1', socket.local.port, 'pw')
    await client.sendOne('+15550100900', 'Grüße', 4712)
    // Five octets of what are seven.
    assert.equal(left.at(-1)?.text, 'Grü\u{fffd}')
  })

  test('as a client hears of a wrong password', async () => {
    const [socket] = sockets
    assert.ok(socket)
    const client = new SocketSms('127.0.0.1', socket.local.port, 'wrong')
    await assert.rejects(client.sendOne('+15550100900', 'hello', 4713), /sendAuthRequest: ERROR 4713/)
  })
})
