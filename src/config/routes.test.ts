import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfiguration } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-routes-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const problemsOf = (routes: string): string[] => {
  const text = `{ sip_addr: "127.0.0.1:5060", domain: "d", ue_db: [], trunks: [{ name: "pbx", addr: "192.0.2.9" }], routes: [${routes}] }`
  const loaded = loadConfiguration({ name: join(folder, 'ims.cfg'), text })
  return (loaded.ok ? [] : loaded.error).map(({ property, message }) => `${property}: ${message}`)
}

test('routes that can never work are said at the start', () => {
  const [trunk] = problemsOf('{ name: "a", match: { kind: "message" }, to: "trunk:pbx" }')
  assert.match(trunk ?? '', /^routes\[0\]\.to: "trunk:pbx": texts do not go to trunks/)
  const [loop] = problemsOf('{ name: "a", match: { line: "*" }, to: ["inbox", "gateway:*"] }')
  assert.match(loop ?? '', /cannot leave by a SIM again/)
  const [runaway] = problemsOf('{ name: "a", match: { to: "(a+)+" }, to: "inbox" }')
  assert.match(runaway ?? '', /^routes\[0\]\.match\.to: strangers could make this expression run for ever/)
  assert.match(problemsOf('{ name: "a", match: { time: "8-18" }, to: "inbox" }')[0] ?? '', /hours such as/)
  assert.match(problemsOf('{ name: "a~1", to: "inbox" }')[0] ?? '', /name without ~/)
  const twice = problemsOf('{ name: "a", to: "inbox" }, { name: "a", to: "inbox" }')
  assert.match(twice[0] ?? '', /is also the name of/)
  assert.deepEqual(problemsOf('{ name: "a", match: { kind: "*" }, to: ["trunk:pbx", "gateway:*"] }'), [])
})
