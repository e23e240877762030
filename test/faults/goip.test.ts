import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTimers } from '#lib/timers'
import { badPath } from '../support/goip-device.ts'
import { type GoipSocket, openGoipSocket } from '../support/goip-socket.ts'
import { freePort } from '../support/ports.ts'
import { API_KEY, startTandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const [LINES, TEXTS, INBOUND] = [100, 1000, 300]
const ids = Array.from({ length: LINES }, (_, n) => `l${n}`)

type Page = { items: { id: string }[] }

/**
 * The real server, real sockets, and a path that loses, doubles and mixes up datagrams: 1,000 texts of an application
 * leave by a hundred lines, 300 come in.
 */
test('GoIP over a bad path: nothing lost, nothing doubled', { timeout: 480_000 }, async (t) => {
  const goip = await freePort()
  const lines = ids.map((id) => ({ id, password: 'pw', number: `+1555${id.slice(1)}`, wait_poll: 'spec' }))
  const house = await startTandem({
    config: {
      log_options: 'all.level=warn',
      goip: { addr: `127.0.0.1:${goip}`, lines },
      routes: [{ name: 'out', match: { kind: 'message', to: '^\\+1555' }, to: ['gateway:*'] }],
    },
  })
  t.after(() => house.stop())
  const timers = createTimers()
  const path = badPath(timers, { loss: 0.1, twice: 0.1, late: 0.2, seed: 4 })
  const sockets = await Promise.all(
    ids.map((id) => openGoipSocket({ id, password: 'pw', server: goip, sendMs: 50, path })),
  )
  t.after(() => {
    for (const socket of sockets) socket.close()
  })
  const alive = setInterval(() => {
    for (const { device } of sockets) device.keepalive()
  }, 5000)
  t.after(() => clearInterval(alive))
  const isKnown = ({ heard, device }: GoipSocket): boolean => {
    if (!heard.some((text) => text.startsWith('reg:'))) device.keepalive()
    return heard.some((text) => text.startsWith('reg:'))
  }
  await until('all lines are known', () => sockets.filter(isKnown).length === LINES, { everyMs: 500 })

  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
  const url = `http://127.0.0.1:${house.ports.http}/api/v1/messages`
  const accepted: string[] = []
  for (let n = 0; n < TEXTS; n++) {
    const body = JSON.stringify({ from: 'app', to: `+1555${100_000 + n}`, text: `text ${n}` })
    const answer = await fetch(url, { method: 'POST', headers, body })
    assert.equal(answer.status, 201)
    accepted.push(((await answer.json()) as { id: string }).id)
  }
  const heard = Promise.all(
    Array.from({ length: INBOUND }, (_, n) => sockets[n % LINES]?.device.receive('+1999', `in ${n}`)),
  )
  const left = () => sockets.flatMap(({ device }) => device.left.map(({ to, text }) => `${to} ${text}`))
  const done = async (): Promise<boolean> => {
    if (left().length < TEXTS) return false
    const waiting = await house.rest<Page>('/messages?state=submitting&limit=1')
    const queued = await house.rest<Page>('/messages?state=queued&limit=1')
    return waiting.items.length + queued.items.length === 0
  }
  await until('all have left', done, { timeoutMs: 440_000, everyMs: 1000 })
  assert.equal(left().length, TEXTS)
  assert.deepEqual(new Set(left()), new Set(accepted.map((_, n) => `+1555${100_000 + n} text ${n}`)))
  assert.ok((await heard).filter((ok) => ok).length >= INBOUND - 5)
})
