import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { noBadNetwork, openBadNetwork } from '../support/bad-network.ts'
import { freePort } from '../support/ports.ts'
import { startProgram } from '../support/program.ts'
import { API_KEY, node, startTandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const COUNT = 400
const LINES = 40
const main = join(import.meta.dirname, '../../src/main.ts')

test('400 texts to a simulated GoIP at the far end of a network that loses a tenth: none lost, none doubled', {
  skip: noBadNetwork(),
  timeout: 290_000,
}, async (t) => {
  const network = openBadNetwork()
  if (typeof network === 'string') return t.skip(network)
  t.diagnostic(network.note)
  const port = await freePort()
  const ids = Array.from({ length: LINES }, (_, index) => `far-${index + 1}`)
  const lines = ids.map((id, index) => ({ id, password: 'pw', device: `box${Math.floor(index / 5)}` }))
  const house = await startTandem({
    config: {
      log_options: 'all.level=warn',
      sms_retry_delay: 1,
      security: { exempt: ['127.0.0.0/8', `${network.address}/30`] },
      goip: { addr: `${network.address}:${port}`, lines },
      routes: [{ name: 'out', match: { kind: 'message', to: '^\\+1555' }, to: 'gateway:*', attempts: 50 }],
    },
  })
  // Where the kernel only loses, the device itself doubles and delays.
  const rest = network.by === 'netem' ? [] : ['--duplicate', '5', '--reorder', '5']
  const [command = '', ...words] = network.within
  const device = startProgram(command, [
    ...[...words, node, main, 'sim', 'goip', '--server', `${network.address}:${port}`, '--fast'],
    ...['--lines', `${LINES}`, '--device-lines', '5', '--id', 'far-#', '--password', 'pw', ...rest],
  ])
  try {
    type Devices = { items: { registered: number }[] }
    await until(
      'the lines',
      async () => {
        const { items } = await house.rest<Devices>('/devices')
        return items.reduce((sum, { registered }) => sum + registered, 0) >= LINES - 4
      },
      { timeoutMs: 100_000, everyMs: 500 },
    )
    for (let index = 0; index < COUNT; index++) {
      const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
      const body = JSON.stringify({ to: `+1555000${index}`, text: `text ${index}.` })
      const url = `http://127.0.0.1:${house.ports.http}/api/v1/messages`
      assert.ok((await fetch(url, { method: 'POST', headers, body })).ok)
    }
    type Messages = { items: { state: string; text: string }[] }
    const over = await until(
      'every text has an end',
      async () => {
        const { items } = await house.rest<Messages>('/messages?limit=500')
        return items.every(({ state }) => !['accepted', 'queued', 'submitting'].includes(state)) && items
      },
      { timeoutMs: 180_000, everyMs: 1000 },
    )
    const output = device.output()
    const states: Record<string, number> = {}
    for (const { state, text } of over) {
      states[state] = (states[state] ?? 0) + 1
      const times = output.split(`: ${text}\n`).length - 1
      assert.ok(times <= 1, `${text} left ${times} times`)
      if (state !== 'unknown') assert.equal(times, 1, `${text} is ${state}, and left ${times} times`)
    }
    t.diagnostic(JSON.stringify(states))
    assert.equal(over.length, COUNT)
    assert.ok((states.unknown ?? 0) <= 20, JSON.stringify(states))
  } finally {
    await device.stop()
    await house.stop()
    network.close()
  }
})
