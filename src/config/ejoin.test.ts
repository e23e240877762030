import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err } from '#lib/result'
import { loadConfiguration } from './load.ts'
import { printProblem } from './problem.ts'

const SECRET = 'abcdefgh-ijklmnop'
const load = (devices: string, admin = 'admin: { password: "abcdefgh1234" },') =>
  loadConfiguration(
    {
      name: 'ims.cfg',
      text: `sip_addr: "127.0.0.1", domain: "d", ${admin} ejoin: { devices: [${devices}] }`,
    },
    {},
    { read: () => err('none'), exists: () => false },
  )
const saidOf = (devices: string, admin?: string): string[] => {
  const loaded = load(devices, admin)
  return loaded.ok ? loaded.value.warnings : loaded.error.map(printProblem)
}

describe('an Ejoin device', () => {
  test('has defaults', () => {
    const loaded = load(`{ name: "ej1", secret: "${SECRET}" }`)
    assert.ok(loaded.ok)
    assert.deepEqual(loaded.value.settings.ejoin?.devices, [
      {
        ...{ name: 'ej1', mac: '', secret: SECRET, url: '', username: '', password: '', api: 'v2' },
        ...{
          push: false,
          report_url: '',
          region: '',
          send_timeout: 30,
          reconcile: 3,
          check_certificate: false,
          trunk: '',
        },
      },
    ])
    assert.deepEqual(saidOf(`{ name: "ej1", secret: "${SECRET}" }`), [])
  })

  test('is known by a secret that nobody guesses and no other device has', () => {
    assert.match(saidOf('{ name: "ej1", secret: "short" }').join(), /secret.* is short/)
    const twice = saidOf(`{ name: "a", secret: "${SECRET}" }, { name: "b", secret: "${SECRET}" }`).join()
    assert.match(twice, /devices\[1\]\.secret.* is also that of another device/)
    assert.ok(!twice.includes(SECRET))
    assert.match(saidOf('{ name: "a", secret: "a/b" }').join(), /letters and digits/)
  })

  test('needs a web server to post to, and an address to be told', () => {
    assert.match(saidOf(`{ name: "a", secret: "${SECRET}" }`, '').join(), /web server of "admin"/)
    assert.match(saidOf(`{ name: "a", secret: "${SECRET}", push: true }`).join(), /without report_url/)
    assert.match(saidOf(`{ name: "a/b", secret: "${SECRET}" }`).join(), /name without blanks/)
    assert.match(saidOf(`{ name: "a", secret: "${SECRET}", api: "v9" }`).join(), /"v2" or "v3"/)
  })
})
