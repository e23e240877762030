import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import type { Flow } from '#lib/wire'
import type { ServerTransaction } from '../contract.ts'
import { createRequest, createResponse, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { createSipEndpoint, type SipEndpoint } from './endpoint.ts'

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  gc()
}

/** What is really in use: objects, and the octets of buffers outside them. */
const used = (): number => {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Two endpoints back to back: what one sends, the other has received when the call returns. */
const createHouse = () => {
  const clock = createHandClock()
  const count = { exchanges: 0, answers: 0, failures: 0, acks: 0 }
  const scratch = Buffer.alloc(65_536)

  const createFlow = (to: () => SipEndpoint, port: number, back: () => Flow): Flow => ({
    transport: 'udp',
    reliable: false,
    connection: 0,
    listener: 0,
    local: { address: '127.0.0.1', port: 5060 + 5061 - port },
    address: '127.0.0.1',
    port,
    open: true,
    send(octets) {
      to().onData(back(), scratch.subarray(0, scratch.latin1Write(octets)))
      return true
    },
    close: () => {},
  })
  const toServer: Flow = createFlow(
    () => server,
    5060,
    () => toClient,
  )
  const toClient: Flow = createFlow(
    () => client,
    5061,
    () => toServer,
  )

  const reply = (transaction: ServerTransaction, status: number): void => {
    const { request } = transaction
    const response = createResponse(request, status, 'Test')
    const to = request.headers.get('To') ?? ''
    if (!to.includes(';tag=')) response.headers.set('To', `${to};tag=server`)
    transaction.respond(response)
  }
  const onRequest = (request: SipRequest, transaction: ServerTransaction): void => {
    const { method, headers } = request
    if (method === 'REGISTER') reply(transaction, headers.has('Authorization') ? 200 : 401)
    else if (method === 'INVITE') {
      reply(transaction, 180)
      const refused = (headers.get('Call-ID') ?? '').endsWith('7')
      if (refused) queueMicrotask(() => reply(transaction, 486))
      else reply(transaction, 200)
    } else reply(transaction, 200)
  }
  const ports = {
    timers: clock,
    random: createRandom(),
    log: silentLog,
    wire: {
      flowTo: (_: string, to: { port: number }) => (to.port === 5060 ? toServer : toClient),
      close: async () => {},
    },
    values: { t1: 500, t2: 4000, t4: 5000 },
    tcpThreshold: 65_536,
  }
  const server: SipEndpoint = createSipEndpoint({
    ...ports,
    user: { onRequest, onAck: () => count.acks++, onStrayResponse: () => {} },
  })
  const client: SipEndpoint = createSipEndpoint({
    ...ports,
    user: { onRequest: () => {}, onAck: () => {}, onStrayResponse: () => {} },
  })

  const ask = (
    method: string,
    callId: string,
    extra: [string, string][],
    done: (response: SipResponse) => void,
  ) => {
    const request = createRequest(method, 'sip:server@127.0.0.1')
    const { headers } = request
    headers
      .add('Max-Forwards', '70')
      .add('From', '<sip:client@127.0.0.1>;tag=client')
      .add('To', '<sip:server@127.0.0.1>')
    headers.add('Call-ID', callId).add('CSeq', `1 ${method}`)
    for (const [name, value] of extra) headers.add(name, value)
    client.request(request, toServer, {
      onResponse: (response) => {
        if (response.status < 200) return
        count.answers++
        done(response)
      },
      onFailure: () => count.failures++,
    })
  }
  const exchange = (i: number): void => {
    const callId = `call-${i}`
    count.exchanges++
    if (i % 3 === 0) ask('OPTIONS', callId, [], () => {})
    else if (i % 3 === 1)
      ask('REGISTER', callId, [], () => ask('REGISTER', callId, [['Authorization', 'Digest x']], () => {}))
    else {
      ask('INVITE', callId, [], ({ status, headers }) => {
        if (status >= 300) return
        const ack = createRequest('ACK', 'sip:server@127.0.0.1')
        for (const name of ['From', 'To', 'Call-ID']) ack.headers.add(name, headers.get(name) ?? '')
        ack.headers.add('CSeq', '1 ACK')
        client.sendAck(ack, toServer)
        ask('BYE', callId, [], () => {})
      })
    }
  }
  return { clock, count, client, server, exchange }
}

describe('a hundred thousand exchanges', () => {
  test('leave no transaction, no timer and no memory behind, on either side', async () => {
    const { clock, count, client, server, exchange } = createHouse()
    const run = async (from: number, to: number): Promise<number> => {
      for (let i = from; i < to; i++) {
        exchange(i)
        // A thousand a second.
        if (i % 10 === 9) clock.advance(10)
        if (i % 1000 === 999) await Promise.resolve()
      }
      clock.advance(40_000)
      return used()
    }
    const early = await run(0, 20_000)
    const late = await run(20_000, 100_000)

    // A third OPTIONS, a third REGISTER twice, a third calls of which nine in ten have a BYE.
    assert.equal(count.exchanges, 100_000)
    assert.deepEqual(count, { exchanges: 100_000, answers: 163_333, failures: 0, acks: 30_000 })
    assert.equal(clock.armed, 0)
    for (const endpoint of [client, server]) {
      const { serverTransactions, clientTransactions, answersKept, acceptedKept, confirmedKept, clientKept } =
        endpoint.figures()
      const live = {
        serverTransactions,
        clientTransactions,
        answersKept,
        acceptedKept,
        confirmedKept,
        clientKept,
      }
      for (const [name, figure] of Object.entries(live)) assert.equal(figure, 0, name)
      assert.equal(endpoint.figures().unacknowledged, 0)
      assert.equal(endpoint.figures().bugs, 0)
    }
    const grown = late - early
    assert.ok(grown < early * 0.05 + 200_000, `grew by ${grown} octets from ${early}`)
  })
})
