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

test('quiet hours that would never end are said', () => {
  const endless =
    /"22:00-22:00" ends when it begins, .* hours such as "22:00-07:00" are needed, or "" for none/
  const saidOf = (hours: string): string =>
    problemsOf(
      `{ name: "a", to: "inbox", quiet_hours: "${hours}" }], sims: { quiet_hours: "${hours}" }, trunks: [`,
    ).join('\n')
  assert.match(saidOf('22:00-22:00'), /^routes\[0\]\.quiet_hours: .*\nsims\.quiet_hours: /)
  assert.match(saidOf('22:00-22:00'), endless)
  assert.match(saidOf('Sa 08:00-09:00, Mo-Fr 8:00-08:00'), /"Mo-Fr 8:00-08:00" ends when/)
  assert.match(saidOf('22:00'), /hours such as/)
  for (const hours of ['', '22:00-07:00', 'Mo-Fr 22:00-07:00, Sa 22:00-09:00', '00:00-24:00'])
    assert.equal(saidOf(hours), '', hours)
})

test('names that mean nothing are said with their place, their value, and the name that is near', () => {
  const text = `{ sip_addr: "127.0.0.1:5060", domain: "d",
    ue_db: [{ impi: "1001@d", impu: ["1001", "tel:+4930123"], pwd: "x" }, { impi: "gsm1@d", impu: "gsm1", pwd: "y" }],
    trunks: [
      { name: "provider", addr: "192.0.2.9" },
      { name: "box", account: "gsm2" },
      { name: "box2", account: "gsm1" },
    ],
    ejoin: { devices: [ { name: "ej1", secret: "a-secret-of-24-characters", trunk: "provdier" } ] },
    routes: [
      { name: "a", match: { kind: "call" },
        to: [
          "trunk:provider",
          "trunk:provdier",
        ] },
      { name: "b", to: "inbox", fallback: "gateway:ej2" },
      { name: "c", to: ["gateway:ej1/3", "subscriber:1001", "subscriber:+4930123", "subscriber:4930123", "gateway:*"] },
    ] ${'MORE'} }`
  const load = (more: string) =>
    loadConfiguration({ name: join(folder, 'ims.cfg'), text: text.replace('MORE', more) })
  const said = (more: string): string[] => {
    const loaded = load(more)
    return (loaded.ok ? [] : loaded.error)
      .filter(({ warning }) => !warning)
      .map(({ line, property, message }) => `${line} ${property}: ${message}`)
  }
  assert.deepEqual(said(''), [
    '5 trunks[1].account: "gsm2": there is no such user in ue_db; did you mean gsm1?',
    '8 ejoin.devices[0].trunk: "provdier": there is no such trunk, nor such a user in ue_db; did you mean provider?',
    '13 routes[0].to: "trunk:provdier": there is no such trunk; did you mean provider?',
    '15 routes[1].fallback: "gateway:ej2": there is no such gateway; did you mean ej1?',
  ])
  // Lines of GoIPs, and users, may come while the server runs: a route to them is only strange.
  const later = loadConfiguration({
    name: join(folder, 'ims.cfg'),
    text: `{ sip_addr: "127.0.0.1:5060", domain: "d", ue_db: [{ impi: "1001@d", impu: "1001", pwd: "x" }],
      goip: { lines: [{ id: "g1", password: "p", device: "box1" }] },
      routes: [{ name: "a", to: ["gateway:box1/g1", "gateway:bxo1", "subscriber:1002"] }] }`,
  })
  assert.ok(later.ok)
  const warnings = later.value.warnings.filter((one) => one.includes('routes'))
  assert.match(
    warnings.join(' '),
    /:3: routes\[0\]\.to: "gateway:bxo1": no such gateway is configured; did you mean box1\?/,
  )
  assert.match(warnings.join(' '), /"subscriber:1002": there is no such user in ue_db; did you mean 1001\?/)
  assert.equal(warnings.length, 2)
})
