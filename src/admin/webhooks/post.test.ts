import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net'
import { describe, test } from 'node:test'
import { createPost, type Post } from './post.ts'
import { guardedLookup, targetFault } from './targets.ts'

const PATIENCE_MS = 150

const with_ = async (server: Server, work: (post: Post, port: number) => Promise<void>): Promise<void> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { post, close } = createPost(
    new URL(`http://127.0.0.1:${port}/hook?token=x`),
    '1.2.3',
    4,
    PATIENCE_MS,
  )
  try {
    await work(post, port)
  } finally {
    close()
    server.close()
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)()
  }
}
const http = (listen: RequestListener, work: (post: Post, port: number) => Promise<void>) =>
  with_(createServer(listen), work)

describe('a webhook is posted', () => {
  test('with its headers and its body as they were signed', async () => {
    const seen: unknown[] = []
    await http(
      (request, response) => {
        let body = ''
        request.on('data', (piece) => {
          body += piece
        })
        request.on('end', () => {
          const { 'content-type': type, 'webhook-id': id, 'user-agent': agent } = request.headers
          seen.push([request.method, request.url, type, id, agent, body])
          response.writeHead(204).end()
        })
      },
      async (post) => {
        assert.deepEqual(await post({ 'webhook-id': 'e1' }, '{"text":"ü"}'), { ok: true })
      },
    )
    assert.deepEqual(seen, [
      ['POST', '/hook?token=x', 'application/json', 'e1', 'Tandem/1.2.3', '{"text":"ü"}'],
    ])
  })

  test('and follows nobody elsewhere', async () => {
    let hits = 0
    await http(
      (_request, response) => {
        hits++
        response.writeHead(307, { location: '/other' }).end()
      },
      async (post) => {
        assert.deepEqual(await post({}, '{}'), { ok: false, status: 307, detail: 'answered 307' })
        assert.equal(hits, 1)
      },
    )
  })

  test('and not kept by an endpoint that hangs, drips, talks for ever, closes or speaks no HTTP', async () => {
    await http(
      () => {},
      async (post) => assert.match(detailOf(await post({}, '{}')), /^no answer within/),
    )
    await http(
      (_request, response) => {
        const drip = setInterval(() => response.writeProcessing(), 20).unref()
        response.on('close', () => clearInterval(drip))
      },
      async (post) => assert.match(detailOf(await post({}, '{}')), /^no answer within/),
    )
    await http(
      (_request, response) => {
        response.writeHead(200)
        const piece = 'x'.repeat(16_384)
        const talk = (): void => {
          while (!response.destroyed && response.write(piece)) {}
        }
        response.on('drain', talk).on('error', () => {})
        talk()
      },
      async (post) => assert.deepEqual(await post({}, '{}'), { ok: true }),
    )
    await http(
      (request) => request.socket.destroy(),
      async (post) => assert.equal((await post({}, '{}')).ok, false),
    )
    const rude = createTcp((socket) => void socket.on('error', () => {}).end('220 no http here\r\n'))
    await with_(rude, async (post) => assert.match(detailOf(await post({}, '{}')), /Parse Error/))
  })

  test('and says when nobody is there', async () => {
    let free = 0
    await http(
      () => {},
      async (_post, port) => {
        free = port
      },
    )
    const { post, close } = createPost(new URL(`http://127.0.0.1:${free}/`), '1', 4)
    assert.match(detailOf(await post({}, '{}')), /ECONNREFUSED/)
    close()
  })

  test('never to link-local addresses, by any spelling or name', async () => {
    for (const host of [
      '169.254.169.254',
      '[fe80::1]',
      '[::ffff:169.254.1.1]',
      '[fd00:ec2::254]',
      '0xa9fea9fe',
      '2852039166',
    ])
      assert.match(targetFault(new URL(`http://${host}/`)) ?? '', /link-local/, host)
    for (const host of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '[fd00::1]', '[::1]', 'crm.example'])
      assert.equal(targetFault(new URL(`http://${host}/`)), undefined, host)
    const { post } = createPost(new URL('http://169.254.169.254/latest/meta-data'), '1', 4)
    assert.match(detailOf(await post({}, '{}')), /link-local/)
    // A literal is its own answer, so that no name server is asked here.
    const found = (hostname: string, all: boolean) =>
      new Promise<string>((resolve) =>
        guardedLookup(hostname, { all }, (error, address) =>
          resolve(error?.message ?? JSON.stringify(address)),
        ),
      )
    for (const all of [true, false]) {
      assert.match(await found('169.254.169.254', all), /link-local/)
      assert.match(await found('127.0.0.1', all), /127\.0\.0\.1/)
    }
  })
})

const detailOf = (posted: Awaited<ReturnType<Post>>): string => (posted.ok ? 'it was taken' : posted.detail)
