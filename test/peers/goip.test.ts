import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseFromServer } from '#goip-wire'
import { type ForeignMessage, goipPackage } from '../support/goip-package.ts'
import { type GoipSocket, openGoipSocket } from '../support/goip-socket.ts'
import { freePort } from '../support/ports.ts'
import { API_KEY, logOf, startTandem, type Tandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

/**
 * The npm package `goip` plays the server's side only. So a scripted device speaks with it and with Tandem: what the
 * device hears must be the same, datagram by datagram, but for what the package gets wrong.
 */
describe('what a device hears from Tandem and from the npm package goip', () => {
  const { ServerFactory, SocketSms } = goipPackage()
  const foreign: ForeignMessage[] = []
  let house: Tandem
  let server: ReturnType<typeof ServerFactory.make>
  let theirs: GoipSocket
  let ours: GoipSocket

  before(async () => {
    const [ourPort, theirPort] = [await freePort(), await freePort()]
    house = await startTandem({
      config: {
        goip: {
          addr: `127.0.0.1:${ourPort}`,
          lines: [{ id: 'g1', password: 'pw', number: '+15550100201', device: 'box', status_ok: 200 }],
        },
        routes: [{ name: 'out', match: { kind: 'message', to: '^\\+1555' }, to: ['gateway:box'] }],
      },
    })
    server = ServerFactory.make(theirPort, { address: '127.0.0.1' })
    server.onAll((message) => void foreign.push(message))
    server.run()
    theirs = await openGoipSocket({ id: 'g1', password: 'pw', server: theirPort, sendMs: 100 })
    ours = await openGoipSocket({ id: 'g1', password: 'pw', server: ourPort, sendMs: 100 })
  })
  after(async () => {
    server?.close()
    theirs?.close()
    ours?.close()
    await house?.stop()
  })
  const both = async (act: (socket: GoipSocket) => unknown): Promise<[string, string]> => {
    const hear = async (socket: GoipSocket): Promise<string> => {
      const had = socket.heard.length
      await act(socket)
      return until('an answer', () => socket.heard[had])
    }
    return Promise.all([hear(ours), hear(theirs)])
  }

  test('a keepalive: the package says req where the manual has reg, and our client forgives it', async () => {
    const [mine, other] = await both(({ device }) => device.keepalive())
    assert.equal(mine, 'reg:1;status:200;')
    assert.equal(other, 'req:1;status:200;')
    const read = [mine, other].map((text) => parseFromServer(Buffer.from(text)))
    assert.deepEqual(read[0], read[1])
    assert.equal(foreign.at(-1)?.attributes().gsm_status, 'login')
  })

  test('what a device tells is acknowledged in the same words', async () => {
    for (const [name, rest] of [
      ['RECEIVE', 'srcnum:+15550100900;msg:hello'],
      ['DELIVER', 'sms_no:5;state:0;num:+15550100900'],
      ['STATE', 'gsm_remain_state:IDLE'],
      ['RECORD', 'dir:1;num:5'],
      ['HANGUP', 'num:,cause:Normal call clearing'],
    ] as const) {
      const [mine, other] = await both(({ device }) => void device.tell(name, rest))
      assert.match(mine, new RegExp(`^${name} \\d+ OK$`))
      assert.equal(mine, other)
    }
  })

  test('a text is asked for in the same words, but for the session number', async () => {
    const to = '+15550100900'
    for (const socket of [ours, theirs]) socket.heard.length = 0
    const sms = new SocketSms('127.0.0.1', theirs.port, 'pw')
    await sms.sendOne(to, 'plain text')
    const posted = await fetch(`http://127.0.0.1:${house.ports.http}/api/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to, text: 'plain text', from: '+15550100201' }),
    })
    assert.equal(posted.status, 201, await posted.clone().text())
    await until('DONE', () =>
      [ours, theirs].every(({ heard }) => heard.some((text) => text.startsWith('DONE'))),
    )
    const words = ({ heard }: GoipSocket) => heard.map((text) => text.replace(/ \d{4,}/, ' $'))
    assert.deepEqual(words(ours), words(theirs))
    assert.deepEqual(ours.device.left, theirs.device.left)
    const { id } = (await posted.json()) as { id: string }
    const { state } = await until('sent', async () => {
      const message = await house.rest<{ state: string }>(`/messages/${id}`)
      return message.state === 'sent' && message
    })
    assert.equal(state, 'sent')
    await ours.device.report(ours.device.left.at(-1)?.reference ?? '')
    await until(
      'delivered',
      async () => (await house.rest<{ state: string }>(`/messages/${id}`)).state === 'delivered',
    )
  })

  test('the package counts letters and cuts the datagram: Tandem counts octets, and all of them leave', async () => {
    const text = 'Grüße€'
    theirs.heard.length = 0
    ours.heard.length = 0
    await new SocketSms('127.0.0.1', theirs.port, 'pw').sendOne('+15550100900', text)
    assert.match(theirs.heard[0] ?? '', /^MSG \d+ 6 Gr/)
    assert.notEqual(theirs.device.left.at(-1)?.text, text)
    await fetch(`http://127.0.0.1:${house.ports.http}/api/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to: '+15550100900', text, from: '+15550100201' }),
    })
    await until('it leaves', () => ours.device.left.at(-1)?.text === text)
    assert.match(ours.heard[0] ?? '', /^MSG \d+ 10 Grüße€\n$/)
    await until('the session is over', () => ours.heard.some((words) => words.startsWith('DONE ')))
  })

  test('what no device says is named in the log, and the line goes on', async () => {
    for (const text of [
      '',
      'hello',
      'RECEIVE:x;id:g1',
      `RECEIVE:1;id:g1;password:no;srcnum:1;msg:${'x'.repeat(3400)}`,
    ])
      ours.raw(text)
    ours.raw(Buffer.from([0xff, 0xfe, 0x00]))
    const [mine] = await both(({ device }) => device.keepalive())
    assert.match(mine, /^(?:reg:\d+;status:200;|RECEIVE 1 ERROR id or password is wrong)$/)
    await until('a line in the log', () =>
      /\[GW\] warn - \S+ .*no message of a GoIP \((?:form|empty)\)/.test(logOf(house, 1000)),
    )
    assert.doesNotMatch(logOf(house, 10_000), /pass(?:word)?:pw/)
  })
})
