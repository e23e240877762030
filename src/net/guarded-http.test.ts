import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { createGuardedHttp, type GuardedOptions } from './guarded-http.ts'
import { isBeyondLink, isPublic } from './reach.ts'

const closers: (() => void)[] = []
after(() => {
  for (const close of closers) close()
})

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const asking = (more: Partial<GuardedOptions> = {}) =>
  createGuardedHttp({
    ...{ allows: () => true, schemes: ['http'], timeoutMs: 5000, mostOctets: 1000, mostRedirects: 2 },
    ...more,
  })
const GET = { method: 'GET' as const }

describe('addresses', () => {
  test('of this link, and where clouds tell secrets, are not beyond it', () => {
    for (const one of [
      '169.254.169.254',
      'fe80::1',
      '[fe80::1%eth0]',
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe',
    ])
      assert.equal(isBeyondLink(one), false, one)
    for (const one of ['10.0.0.1', '127.0.0.1', '8.8.8.8', '2606:4700::1'])
      assert.equal(isBeyondLink(one), true, one)
  })
  test('that a stranger cannot have are not public, however they are written', () => {
    const inner = ['10.1.2.3', '127.0.0.1', '192.168.1.1', '172.31.0.1', '100.64.0.1', '0.0.0.0', '::1', '::']
    const more = [
      'fd00::1',
      'ff02::1',
      '::ffff:10.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      'nonsense',
    ]
    for (const one of [...inner, ...more]) assert.equal(isPublic(one), false, one)
    for (const one of ['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8']) assert.equal(isPublic(one), true, one)
  })
})

describe('a request to an address that others chose', () => {
  test('gives status, headers and body', async () => {
    const url = await serve((request, response) =>
      response.writeHead(201, { etag: '"1"' }).end(request.method),
    )
    const reply = await asking()(url, { method: 'POST', body: new Uint8Array([1]) })
    assert.ok(reply.ok)
    assert.equal(reply.value.status, 201)
    assert.equal(reply.value.headers.etag, '"1"')
    assert.equal(Buffer.from(reply.value.body).toString(), 'POST')
  })
  test('does not reach what may not be asked, by number or by name', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked++
      response.end()
    })
    const allows = (address: string) => isPublic(address)
    for (const one of [url, url.replace('127.0.0.1', 'localhost'), url.replace('127.0.0.1', '0x7f.1')])
      assert.equal((await asking({ allows })(one, GET)).ok, false)
    assert.equal(asked, 0)
    assert.equal((await asking()('ftp://127.0.0.1/', GET)).ok, false)
    assert.equal((await asking({ schemes: ['https'] })(url, GET)).ok, false)
  })
  test('looks at where it is sent to as well, and is not sent for ever', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end())
    assert.deepEqual(await asking()(url, GET), { ok: false, error: 'it sends elsewhere too often' })
    const trap = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    )
    const reply = await asking({ allows: isBeyondLink })(trap, GET)
    assert.deepEqual(reply, { ok: false, error: 'its address is one that may not be asked' })
  })
  test('takes no more than it wants, and does not wait for ever', async () => {
    const big = await serve((_request, response) => response.end('x'.repeat(2000)))
    assert.deepEqual(await asking()(big, GET), { ok: false, error: 'its answer is longer than 1000 octets' })
    const slow = await serve(() => {})
    assert.deepEqual(await asking({ timeoutMs: 50 })(slow, GET), {
      ok: false,
      error: 'no answer within 0.05 s',
    })
    const drip = await serve((_request, response) => void response.writeHead(200).write('x'))
    assert.equal((await asking({ timeoutMs: 50 })(drip, GET)).ok, false)
  })
})
