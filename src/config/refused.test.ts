import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadConfiguration } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-refused-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const load = (text: string) => loadConfiguration({ name: join(folder, 'ims.cfg'), text })
const saidOf = (text: string): string[] => {
  const loaded = load(`sip_addr: "127.0.0.1:5060", domain: "d", ${text}`)
  return (loaded.ok ? [] : loaded.error)
    .filter(({ warning }) => !warning)
    .map(({ property, message }) => `${property}: ${message}`)
}

/** Everything that has a name, or means one; each member on a line of its own. */
const WHOLE = `
sip_addr: "127.0.0.1:5060"
domain: "d"
admin: {
  password: "abcdefgh1234"
  api_keys: [ {
    name: "ci"
    key: "a-key-of-the-api"
    scopes: ["*"]
  } ]
}
webphone: {
  ws_addr: "127.0.0.1:8081"
}
ue_db: [ {
  impi: "1001@d"
  impu: [ { impu: "1001" } ]
  pwd: "x"
} ]
goip: {
  lines: [ {
    id: "g1"
    password: "p"
    device: "box"
    number: "+491701234567"
    number_format: "national:49"
    trunk: "1001"
  } ]
  api_users: [ {
    username: "u"
    password: "pppp"
  } ]
}
ejoin: {
  devices: [ {
    name: "ej1"
    secret: "a-secret-of-24-characters"
    mac: "00-30-f1-00-6d-b1"
    region: "DE"
    trunk: "1001"
  } ]
}
trunks: [ {
  name: "pbx"
  addr: "192.0.2.9"
}, {
  name: "own"
  account: "1001"
} ]
routes: [ {
  name: "a"
  match: { kind: "message" }
  to: ["gateway:box/g1", "gateway:ej1"]
  fallback: ["inbox"]
  quiet_hours: "22:00-07:00"
}, {
  name: "b"
  match: { kind: "call" }
  to: "trunk:pbx"
  fallback: "gateway:ej2"
  fallback_on: [486]
} ]
sims: {
  quiet_hours: "22:00-07:00"
}
smpp: { clients: [ {
  system_id: "app"
  password: "pw"
} ] }
webhooks: [ {
  url: "https://hooks.example/x"
  secret: "s"
} ]
`
  .trim()
  .split('\n')
  .map((line) => line.replace(/[^[{]$/, '$&,'))

describe('what is refused does not keep the rest from being checked', () => {
  test('a route without targets', () => {
    assert.deepEqual(saidOf('routes: [{ name: "a", match: { line: "*" } }]'), [
      'routes[0].to: is missing: subscriber:IMPU, gateway:DEVICE[/LINE], trunk:NAME, webhook:URL, inbox or reject:CODE, or array of them is needed',
    ])
  })

  test('a line, a device, a trunk without a name, and a route to what may be that one', () => {
    assert.deepEqual(
      saidOf('goip: { lines: [{ password: "p" }] }, routes: [{ name: "a", to: "gateway:g9" }]'),
      ['goip.lines[0].id: is missing: id without blanks, ; and : is needed'],
    )
    assert.deepEqual(
      saidOf(
        'ejoin: { devices: [{ secret: "a-secret-of-24-characters" }] }, routes: [{ name: "a", to: "gateway:e" }]',
      ),
      ['ejoin.devices[0].name: is missing: name without blanks and / is needed'],
    )
    assert.deepEqual(saidOf('trunks: [{ addr: "192.0.2.9" }], routes: [{ name: "a", to: "trunk:pbx" }]'), [
      'trunks[0].name: is missing: name of letters, digits, _ . - is needed',
    ])
  })

  test('any line of a whole configuration, left out, misspelt or of another kind', () => {
    assert.ok(load(WHOLE.join('\n')).ok)
    for (const [index, line] of WHOLE.entries()) {
      const [, name] = /^ *(\w+):/.exec(line) ?? []
      if (name === undefined) continue
      const opens = /[[{]$/.test(line)
      const wrongs = opens
        ? [line.replace(name, `${name}x`), `${name}: 0, ${line.replace(name, `${name}x`)}`]
        : [
            '',
            line.replace(name, `${name}x`),
            ...['0.5', '[]', '{}', '""'].map((value) => `${name}: ${value},`),
          ]
      for (const wrong of wrongs) {
        const text = WHOLE.with(index, wrong).join('\n')
        assert.doesNotThrow(() => load(text), wrong)
      }
    }
  })
})
