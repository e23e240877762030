import assert from 'node:assert/strict'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { createHttpClient } from './http-client.ts'

const ends: (() => void)[] = []
after(() => {
  for (const end of ends) end()
})
const serve = async (listener: RequestListener): Promise<string> => {
  const server = createHttp(listener)
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const serveTcp = async (hear: (socket: Socket) => void): Promise<string> => {
  const server = createTcp(hear)
  ends.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const client = createHttpClient({ checkCertificates: true })
const ask = (url: string, more: { body?: string; timeoutMs?: number } = {}) =>
  client.request(url, { method: more.body ? 'POST' : 'GET', headers: {}, timeoutMs: 5000, ...more })

describe('asking web servers of devices', () => {
  test('an answer with its body; what is posted arrives whole', async () => {
    const url = await serve((request, response) => {
      let body = ''
      request.on('data', (piece) => {
        body += piece
      })
      request.on('end', () => response.end(`${request.method} ${request.url} ${body}`))
    })
    const reply = await ask(`${url}/a?b=1`, { body: 'Grüße' })
    assert.ok(reply.ok)
    assert.deepEqual(
      [reply.value.status, Buffer.from(reply.value.body).toString()],
      [200, 'POST /a?b=1 Grüße'],
    )
  })

  test('redirects are answers like any other', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: '/x' }).end())
    const reply = await ask(url)
    assert.ok(reply.ok)
    assert.equal(reply.value.status, 302)
  })

  test('whether anything has arrived is known: nobody there, no URL, no connection in time', async () => {
    const url = await serve(() => {})
    const gone = await serveTcp(() => {})
    ends.pop()?.()
    for (const [fault, where, timeoutMs] of [
      ['unreached', gone, 5000],
      ['unreached', 'ftp://127.0.0.1/', 5000],
      ['unreached', 'nonsense', 5000],
      ['broken', url, 100],
      ['broken', await serveTcp((socket) => socket.once('data', () => socket.destroy())), 5000],
      ['broken', await serveTcp((socket) => socket.once('data', () => socket.end('what?\r\n\r\n'))), 5000],
    ] as const) {
      const reply = await ask(`${where}/?password=secret`, { timeoutMs })
      assert.ok(!reply.ok)
      assert.equal(reply.error.kind, fault, where)
      assert.ok(!reply.error.text.includes('secret'))
    }
  })

  test('what went wrong is told in words', async () => {
    const gone = await serveTcp(() => {})
    ends.pop()?.()
    for (const [where, words] of [
      [gone, /^the device refuses the connection/],
      [
        await serveTcp((socket) => socket.once('data', () => socket.destroy())),
        /^the device closed the conn/,
      ],
      [await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy())), /^the device closed/],
      [await serveTcp((socket) => socket.once('data', () => socket.end('what?\r\n\r\n'))), /speaks no HTTP/],
    ] as const) {
      const reply = await ask(where)
      assert.match(reply.ok ? '' : reply.error.text, words)
    }
  })

  test('answers have a bound, and breaking off is none', async () => {
    const endless = await serve((_request, response) => {
      const piece = Buffer.alloc(1024 * 1024)
      const more = (): void => {
        if (!response.destroyed) response.write(piece, () => setImmediate(more))
      }
      more()
    })
    const long = await ask(endless)
    assert.deepEqual(!long.ok && long.error.text, 'the answer is too long')
    const short = await serveTcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
    )
    const cut = await ask(short)
    assert.deepEqual(!cut.ok && cut.error.kind, 'broken')
  })
})
