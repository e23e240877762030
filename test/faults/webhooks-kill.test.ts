import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { API_KEY, logOf, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { sleep, until } from '../support/wait.ts'

const SECRET = 'shared with the application'
const KILLS = 4

type Seen = { type: string; text: string; times: number }

/** The process dies without a word while texts come in and an application that fails now and then is told of them. */
describe('kill -9 and webhooks', () => {
  let house: Tandem
  const events = new Map<string, Seen>()
  let [wrong, asked] = [0, 0]
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      // One in ten fails, and one in ten breaks off: what was not answered well comes again.
      if (++asked % 10 === 3) return void response.writeHead(500).end()
      if (asked % 10 === 7) return void request.socket.destroy()
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': shown } = request.headers
      const mac = createHmac('sha256', SECRET).update(`${id}.${time}.${body}`).digest('base64')
      const event = JSON.parse(body) as { id: string; type: string; data: { id: string; text: string } }
      if (shown !== `v1,${mac}` || id !== event.id) wrong++
      const known = events.get(event.id)
      if (known && (known.type !== event.type || known.text !== event.data.text)) wrong++
      events.set(event.id, { type: event.type, text: event.data.text, times: (known?.times ?? 0) + 1 })
      response.writeHead(204).end()
    })
  })

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const events = ['message.accepted', 'message.cancelled']
    const webhooks = [{ name: 'app', url, secret: SECRET, events, retry: [1, 1, 1, 1, 1, 1, 1, 1] }]
    house = await startTandem({
      config: { webhooks, security: { exempt: ['127.0.0.0/8'] }, ue_db: [md5User('bob', 'builder')] },
    })
  })
  after(async () => {
    await house?.stop()
    server.closeAllConnections()
    server.close()
  })

  const submit = async (text: string): Promise<string | undefined> => {
    try {
      const response = await fetch(`http://127.0.0.1:${house.ports.http}/api/v1/messages`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': text,
        },
        body: JSON.stringify({ to: 'bob', text }),
      })
      return response.status < 300 ? ((await response.json()) as { id: string }).id : undefined
    } catch {
      return undefined
    }
  }

  test('every text that was acknowledged is told, with one id for one fact', {
    timeout: 120_000,
  }, async () => {
    const acknowledged = new Map<string, string>()
    let number = 0
    let over = false
    const source = async (): Promise<void> => {
      while (!over) {
        const text = `text-${++number}`
        // Not acknowledged, it is asked for again, as an application does, with the same key.
        for (let id: string | undefined; id === undefined && !over; ) {
          id = await submit(text)
          if (id !== undefined) acknowledged.set(text, id)
          else await sleep(50)
        }
      }
    }
    const sources = Array.from({ length: 6 }, source)
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(200 + 250 * kill)
      await house.kill9()
      house = await house.again()
    }
    await sleep(300)
    over = true
    await Promise.all(sources)

    type Hooks = { items: { waiting: number; givenUp: number }[] }
    await until(
      'nothing waits any more',
      async () => (await house.rest<Hooks>('/webhooks')).items[0]?.waiting === 0,
      { timeoutMs: 60_000, everyMs: 200 },
    ).catch((why: Error) => assert.fail(`${why.message}\n${logOf(house)}`))
    const told = new Map<string, string[]>()
    for (const [id, { text, type }] of events)
      if (type === 'message.accepted') told.set(text, [...(told.get(text) ?? []), id])
    assert.ok(acknowledged.size > 50, `${acknowledged.size} texts`)
    for (const [text, id] of acknowledged) {
      const [event, ...more] = told.get(text) ?? []
      assert.ok(event?.startsWith(`${id}.`), `${text} was acknowledged as ${id} and told as ${event}`)
      assert.deepEqual(more, [], `${text} is one fact`)
    }
    assert.equal(wrong, 0)
  })
})
