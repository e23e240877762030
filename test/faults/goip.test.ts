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
  const texts = Array.from({ length: TEXTS }, (_, n) => `text ${n}`)
  for (const [n, text] of texts.entries()) {
    const body = JSON.stringify({ from: 'app', to: `+1555${100_000 + n}`, text })
    const answer = await fetch(url, { method: 'POST', headers, body })
    assert.equal(answer.status, 201)
    await answer.arrayBuffer()
  }
  const heard = Promise.all(
    Array.from({ length: INBOUND }, (_, n) => sockets[n % LINES]?.device.receive('+1999', `in ${n}`)),
  )
  const left = () => sockets.flatMap(({ device }) => device.left.map(({ to, text }) => `${to} ${text}`))
  type Messages = { items: { id: string; state: string; text: string }[]; cursor?: string }
  const states = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>()
    for (let from = ''; ; ) {
      const { items, cursor } = await house.rest<Messages>(`/messages?limit=500${from}`)
      for (const { text, state } of items) if (text.startsWith('text ')) found.set(text, state)
      if (cursor === undefined) return found
      from = `&cursor=${encodeURIComponent(cursor)}`
    }
  }
  const waiting = async (state: string): Promise<number> =>
    (await house.rest<Messages>(`/messages?limit=1&state=${state}`)).items.length
  const isOver = async (): Promise<boolean> =>
    (await Promise.all(['accepted', 'queued', 'submitting'].map(waiting))).every((number) => number === 0)
  await until('every text has an end', isOver, { timeoutMs: 440_000, everyMs: 1000 })
  const held = await states()
  const counts = Object.entries(Object.groupBy(held.values(), (state) => state))
  t.diagnostic(counts.map(([state, of]) => `${of?.length} ${state}`).join(', '))
  const gone = new Set(left())
  assert.equal(left().length, gone.size, 'none left twice')
  assert.deepEqual([...held.keys()].sort(), texts.toSorted(), 'all are known')
  // Of a text of which nothing was heard nobody can know: about one in ten thousand has not left (decision 84).
  const missing = texts.filter((text, n) => !gone.has(`+1555${100_000 + n} ${text}`))
  assert.deepEqual(
    [...new Set(missing.map((text) => held.get(text)))].join(),
    missing.length > 0 ? 'unknown' : '',
  )
  assert.ok(missing.length <= 5, `${missing}`)
  assert.equal(gone.size, TEXTS - missing.length)
  assert.ok((await heard).filter((ok) => ok).length >= INBOUND - 5)
})
