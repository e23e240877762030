import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { openStore } from '#storage'
import { freePort } from '../test/support/ports.ts'
import { startProgram } from '../test/support/program.ts'
import { node, temporaryFolder } from '../test/support/tandem.ts'

/**
 * What the conversations of a sticky route add to a start: from the process's beginning until it is ready, with and without
 * such a route, over one store. `node bench/sticky-start.ts [MESSAGES] [OF_THIS_MONTH] [ROUNDS]`
 */
const [all = 1_000_000, recent = 100_000, rounds = 3] = process.argv.slice(2).map(Number)

const DAY_MS = 86_400_000
const NUMBERS = 1_000_000
const KEY = 'key-for-the-bench-only'

/** As ids are: in the order of time. */
const idOf = (n: number): string => n.toString(32).padStart(18, '0')

/** Texts to and from numbers that hardly come again; half of them are written as people of the country write them. */
const INSERT = `insert into messages (id, origin, sender, recipient, queue, kind, content, pid, accepted_at_ms,
  expires_at_ms, state, attempts, parts_total, parts_done, steps, incomplete, via, phase, due_at_ms)
  values (?, ?, ?, ?, 'route:out', 'text', ?, 0, ?, ?, 'delivered', 1, 1, 1, ?, 0, ?, 3, ?)`

const fill = async (file: string): Promise<void> => {
  const opened = await openStore({ file, log: silentLog, timers: createTimers() })
  if (!opened.ok) throw new Error(opened.error.text)
  await opened.value.close()
  const database = new DatabaseSync(file)
  const insert = database.prepare(INSERT)
  const now = Date.now()
  const text = 'all work and no play '.repeat(5)
  database.exec('begin')
  for (let n = 0; n < all; n++) {
    const isRecent = n >= all - recent
    const atMs = now - (isRecent ? ((all - n) / recent) * 20 * DAY_MS : 40 * DAY_MS)
    const whole = 1_520_0000000 + ((n * 7919) % NUMBERS)
    const other = n % 2 ? `+49${whole}` : `0${whole}`
    const isIn = n % 3 === 0
    const steps = ['queued', 'submitting', 'sent', 'delivered'].map((state, i) => ({ atMs: atMs + i, state }))
    const via = JSON.stringify({ line: `box1/g${n % 64}`, iccid: `8949${n % 64}`, number: '+491701234567' })
    insert.run(
      ...[idOf(n), isIn ? 'gateway' : 'rest', isIn ? other : '+491701234567', isIn ? '1001' : other, text],
      ...[atMs, atMs + DAY_MS, JSON.stringify(steps), via, atMs],
    )
  }
  database.exec('commit')
  database.close()
}

const route = (strategy: string) => ({
  ...{ name: 'out', match: { kind: 'message', to: '*' }, to: ['gateway:box1'], strategy },
})

/** When a text for a number that is not known is no longer kept waiting for the conversations. */
const choiceMs = async (http: number, began: number): Promise<number> => {
  const url = `http://127.0.0.1:${http}/api/v1/messages`
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ from: '1001', to: '+15550100901', text: 'hi' })
  const answer = await fetch(url, { method: 'POST', headers, body })
  const { id } = (await answer.json()) as { id: string }
  for (;;) {
    const { reason } = (await (await fetch(`${url}/${id}`, { headers })).json()) as { reason?: string }
    if (reason?.startsWith('no sendable SIM')) return performance.now() - began
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

const startMs = async (folder: string, strategy: string): Promise<[ready: number, choice: number]> => {
  const [sip, http, goip] = [await freePort(), await freePort(), await freePort()]
  const file = join(folder, `${strategy}.cfg`)
  writeFileSync(
    file,
    JSON.stringify({
      ...{
        sip_addr: `127.0.0.1:${sip}`,
        domain: 'tandem.test',
        region: 'DE',
        log_options: 'all.level=error',
      },
      admin: {
        ...{ http_addr: `127.0.0.1:${http}`, https_addr: '' },
        api_keys: [{ name: 'bench', key: KEY, scopes: ['*'] }],
      },
      messages: { keep_days: 365 },
      goip: { addr: `127.0.0.1:${goip}`, lines: [{ id: 'g1', password: 'p', device: 'box1' }] },
      routes: [route(strategy)],
    }),
  )
  const began = performance.now()
  const main = join(import.meta.dirname, '../src/main.ts')
  const server = startProgram(node, [main, file], { env: { TANDEM_DATA: folder } })
  try {
    await server.waitFor(/^Tandem is ready$/m, 120_000)
    const readyMs = performance.now() - began
    return [readyMs, await choiceMs(http, began)]
  } finally {
    await server.stop(20_000)
  }
}

const folder = temporaryFolder('bench-sticky')
await fill(join(folder, 'tandem.db'))
for (let round = 0; round < rounds; round++)
  for (const strategy of ['round_robin', 'sticky']) {
    const [readyMs, firstMs] = await startMs(folder, strategy)
    console.log(`${strategy}: ready after ${readyMs.toFixed(0)} ms, a choice after ${firstMs.toFixed(0)} ms`)
  }
