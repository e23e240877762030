import assert from 'node:assert/strict'
import { createECDH, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { type Browser, chromiumPath, openChromium } from '../support/chromium.ts'
import { freePort } from '../support/ports.ts'
import { startTandem, type Tandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

/** A push service: it keeps what it is told. */
const openPushService = async () => {
  const told: Record<string, string>[] = []
  const server = createServer((request, response) => {
    told.push(request.headers as Record<string, string>)
    request.resume()
    response.writeHead(201).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/browser`
  return { told, url, close: () => server.close() }
}

/** Another server's phone book, in the manual's XML; `asked` is what it was asked for. */
const openBook = async () => {
  const asked: string[] = []
  const entry =
    '<DirectoryEntry><Name>Far Jim</Name><Telephone>777</Telephone><Blf>yes</Blf></DirectoryEntry>'
  const xml = `<EZPhoneDirectory><PbookGroup><GroupName>Far</GroupName>${entry}</PbookGroup></EZPhoneDirectory>`
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.startsWith('/old')) response.writeHead(302, { location: '/new?pext=1001' }).end()
    else response.end(xml)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/old/getpbook.jsp?site=1`
  return { asked, url, close: () => server.close() }
}

describe('the web phone’s doors', () => {
  let tandem: Tandem
  let http = 0
  let cookie = ''
  let site = ''
  let book: Awaited<ReturnType<typeof openBook>>

  const config = (more: object = {}) => ({
    echo: '600',
    webphone: {
      ...{ ws_addr: '127.0.0.1:0', wss_addr: '', phone_https_addr: '' },
      ...{ phone_http_addr: `127.0.0.1:${http}`, push: { private: true } },
      phone_book_url: book.url,
      directory: [{ group: 'Us', entries: [{ name: 'Jim', tel: '1002' }] }],
    },
    click_to_call: { enabled: true, allow: ['600', '100?'], call_back: ['100?'] },
    ue_db: [
      { impi: '1001', impu: ['1001'], pwd: 'one' },
      { impi: '1002', impu: ['1002'], pwd: 'two' },
    ],
    ...more,
  })
  const ask = (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') =>
    fetch(site + path, {
      method,
      headers: { 'content-type': 'application/json', 'x-tandem-phone': '1', cookie },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const login = async (user: string, password: string): Promise<Response> => {
    const answer = await ask('/phone/api/login', { user, password })
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] as string
    return answer
  }

  before(async () => {
    book = await openBook()
    http = (await freePort()) as number
    site = `http://127.0.0.1:${http}`
    tandem = await startTandem({ config: config() })
  })
  after(async () => {
    await tandem.stop()
    book.close()
  })

  test('stand at their own port and under /phone/ of the admin address', async () => {
    for (const place of [`${site}/`, `http://127.0.0.1:${tandem.ports.http}/phone/`]) {
      const page = await fetch(place)
      assert.equal(page.status, 200)
      assert.match(`${page.headers.get('content-security-policy')}`, /script-src 'self';/)
    }
    assert.equal((await fetch(`http://127.0.0.1:${tandem.ports.http}/phone/api/me`)).status, 401)
  })

  test('let a page connect where it came from, by a token that works once', async () => {
    assert.equal((await login('1001', 'one')).status, 200)
    const { ws } = (await (await ask('/phone/api/config')).json()) as { ws: string[] }
    assert.equal(ws[0], `ws://127.0.0.1:${http}/phone/ws`)
    const { token } = (await (await ask('/phone/api/token', {})).json()) as { token: string }
    const register = async (): Promise<number> => {
      const socket = new WebSocket(ws[0] as string, 'web-call-protocol', { origin: site })
      const answer = await new Promise<{ state: number }>((resolve, reject) => {
        socket.on('open', () => socket.send(JSON.stringify({ op: 1000, seq: 1 })))
        socket.on('error', reject)
        socket.on('message', (octets) => {
          const told = JSON.parse(octets.toString())
          if (told.op === 2000) socket.send(JSON.stringify({ op: 1001, seq: 2, tel: '1001', token }))
          if (told.op === 9001) resolve(told)
        })
      })
      socket.close()
      return answer.state
    }
    assert.equal(await register(), 0)
    assert.notEqual(await register(), 0)
    const foreign = new WebSocket(ws[0] as string, 'web-call-protocol', { origin: 'http://evil.example' })
    const refused = await new Promise<Error>((resolve) => foreign.on('error', resolve))
    assert.match(refused.message, /403/)
  })

  test('show the phone book that another server keeps, and give our own away', async () => {
    await login('1001', 'one')
    const { groups } = (await (await ask('/phone/api/phone-book')).json()) as { groups: unknown }
    assert.deepEqual(groups, [{ name: 'Far', entries: [{ name: 'Far Jim', tel: '777', blf: true }] }])
    assert.deepEqual(book.asked, ['/old/getpbook.jsp?site=1&pext=1001', '/new?pext=1001'])
    assert.match(await (await ask('/getpbook.jsp?pext=1001')).text(), /<Name>Jim<\/Name>/)
    assert.equal((await ask('/getpbook.jsp?pext=1002')).status, 403)
  })

  test('know who was logged in after kill -9', async () => {
    await login('1001', 'one')
    await tandem.kill9()
    tandem = await tandem.again()
    const me = await ask('/phone/api/me')
    assert.equal(me.status, 200)
    assert.equal(((await me.json()) as { tel: string }).tel, '1001')
  })

  test('wake a closed page by its push service', async () => {
    const service = await openPushService()
    await login('1002', 'two')
    const keys = {
      p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
      auth: randomBytes(16).toString('base64url'),
    }
    assert.equal((await ask('/phone/api/push', { endpoint: service.url, keys })).status, 204)
    // Somebody wants to be called back by 1002, who has nothing but this page.
    assert.equal((await ask('/click-to-call/callback', { to: '1002', number: '1001' })).status, 202)
    const [told] = await until('a push', () => service.told.length > 0 && service.told)
    assert.deepEqual([told?.ttl, told?.urgency, told?.['content-encoding']], ['30', 'high', 'aes128gcm'])
    assert.match(`${told?.authorization}`, /^vapid t=[\w-]+\.[\w-]+\.[\w-]+, k=[\w-]{87}$/)
    assert.equal((await ask('/phone/api/push', { endpoint: service.url }, 'DELETE')).status, 204)
    assert.equal((await ask('/click-to-call/callback', { to: '1001', number: '1002' })).status, 503)
    service.close()
  })

  test('are a reason not to start where the file names them and they are taken', async () => {
    const other = createTcp()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const { port } = other.address() as AddressInfo
    const webphone = {
      ...{ ws_addr: '', wss_addr: '', phone_https_addr: '' },
      phone_http_addr: `127.0.0.1:${port}`,
    }
    await assert.rejects(
      startTandem({ config: config({ webphone }) }),
      /phone_http_addr: 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    )
    other.close()
  })

  describe('for guests', { skip: chromiumPath ? false : 'no Chromium' }, () => {
    let browser: Browser
    before(async () => {
      browser = await openChromium()
    })
    after(() => browser.close())

    test('have the manual’s test page, which calls without an account', async () => {
      const page = await browser.context.newPage()
      const complaints: string[] = []
      page.on('console', (line) => {
        if (line.type() === 'error') complaints.push(line.text())
      })
      await page.goto(`${site}/click-to-call/test`)
      await page.fill('#cdata', '_cid=77')
      await page.getByRole('button', { name: 'Make call' }).click()
      const calls = () => tandem.rest<{ items: { state: string; guest?: object; cti?: string }[] }>('/calls')
      const find = async () => (await calls()).items.find(({ state, guest }) => state === 'answered' && guest)
      const call = await until('a call', find)
      assert.equal(call?.cti, '_cid=77')
      assert.deepEqual(call?.guest, { how: 'web', address: '127.0.0.1', origin: site })
      await page.getByRole('button', { name: 'Hang up' }).click()
      await until('its end', async () => (await find()) === undefined)
      assert.deepEqual(complaints, [])
    })
  })
})
