import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { createLetters } from './letters.ts'

type Seen = { url: string; headers: IncomingHttpHeaders; body: string }

test('texts for applications are signed with the secret of their webhook, else with our own', async () => {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      response.writeHead(request.url === '/no' ? 500 : 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { clock } = createHandClock()
  let asked = 0
  const letters = createLetters({
    entries: [{ url: `${base}/crm`, secret: 'whsec_AQID' }],
    secretOf: () => {
      asked++
      return 'own secret'
    },
    clock,
  })
  try {
    assert.deepEqual(await letters.post(`${base}/crm`, 'm1', '{"text":"ü"}'), { ok: true })
    assert.equal(asked, 0, 'a secret of our own is made when it is needed')
    assert.deepEqual(await letters.post(`${base}/other`, 'm2', '{}'), { ok: true })
    assert.deepEqual(await letters.post(`${base}/no`, 'm3', '{}'), {
      ...{ ok: false, status: 500, detail: 'answered 500' },
    })
    for (const [at, key] of [Buffer.from([1, 2, 3]), 'own secret', 'own secret'].entries()) {
      const { headers, body } = seen[at] as Seen
      const { 'webhook-id': id, 'webhook-timestamp': time } = headers
      assert.equal(time, `${Math.floor(clock.wallMs() / 1000)}`)
      const expected = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
      assert.deepEqual([id, headers['webhook-signature']], [`m${at + 1}`, `v1,${expected}`])
    }
  } finally {
    letters.close()
    server.close()
    server.closeAllConnections()
  }
})
