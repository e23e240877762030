import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { API_KEY, startTandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

test('a text that a route posts to an application is signed with the secret in the data folder, also after a restart', async () => {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    seen.push({ headers: request.headers, body })
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/texts`
  let house = await startTandem({
    config: {
      routes: [{ name: 'app', match: { kind: 'message', to: '^\\+1555' }, to: [`webhook:${url}`] }],
    },
  })
  const send = async (text: string): Promise<void> => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ to: '+15550100900', text })
    await fetch(`http://127.0.0.1:${house.ports.http}/api/v1/messages`, { method: 'POST', headers, body })
  }
  try {
    await send('one')
    await until('the first', () => seen.length === 1)
    const file = join(house.dataDir, 'webhook.secret')
    const secret = readFileSync(file, 'utf8').trim()
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    assert.equal(statSync(file).mode & 0o077, 0)
    await house.stop()
    house = await house.again()
    await send('two')
    await until('the second', () => seen.length === 2)
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    for (const [at, { headers, body }] of seen.entries()) {
      assert.equal(JSON.parse(body).text, ['one', 'two'][at])
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
      const expected = createHmac('sha256', key).update(signed).digest('base64')
      assert.equal(headers['webhook-signature'], `v1,${expected}`)
    }
  } finally {
    await house.stop()
    server.close()
    server.closeAllConnections()
  }
})
