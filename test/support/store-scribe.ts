/** Counterpart of src/storage/crash.test.ts: writes numbered records for ever and prints each number once it is confirmed. */
import { writeSync } from 'node:fs'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { openStore } from '#storage'

const [file = '', round = ''] = process.argv.slice(2)
const opened = await openStore({ file, log: silentLog, timers: createTimers() })
if (!opened.ok) throw new Error(opened.error.text)
const store = opened.value
const impi = `user${round}`
const tell = (kind: string, number: number) => () => void writeSync(1, `${kind} ${number}\n`)

for (let n = 1; ; n++) {
  store.saveBinding({ impi, contact: `c${n}`, data: '{}', expiresAtMs: Date.now() + 1e9 })
  store.saveCall({
    id: `${round}-${n}`,
    caller: impi,
    callee: 'b',
    dialled: 'b',
    kind: 'call',
    video: false,
    startedAtMs: n,
    callIds: [],
  })
  const sqn = store.saveSqn(impi, BigInt(n)).then(tell('sqn', n))
  if (n % 5 === 0) await store.flush().then(tell('flush', n))
  await sqn
}
