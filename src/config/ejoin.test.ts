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
    assert.match(saidOf('{ name: "ej1", secret: "path-secret" }').join(), /secret: is short: 16 letters/)
    const guessed = saidOf('{ name: "ej1", secret: "abc1234" }').join()
    assert.match(
      guessed,
      /^ims.cfg:1:\d+: ejoin.devices\[0\].secret: 7 characters, 8 are the least: 16 letters/,
    )
    assert.ok(!guessed.includes('abc1234'))
    const twice = saidOf(`{ name: "a", secret: "${SECRET}" }, { name: "b", secret: "${SECRET}" }`).join()
    assert.match(twice, /devices\[1\]\.secret.* is also that of another device/)
    assert.ok(!twice.includes(SECRET))
    assert.match(saidOf('{ name: "a", secret: "a/b" }').join(), /letters and digits/)
  })

  test('has a MAC of its own, however that is written', () => {
    const two = (a: string, b: string) =>
      saidOf(
        `{ name: "a", mac: "${a}", secret: "${SECRET}" }, { name: "b", mac: "${b}", secret: "${SECRET}2" }`,
      )
    assert.deepEqual(two('02-00-5e-00-00-1a', '02-00-5e-00-00-1b'), [])
    assert.deepEqual(two('', ''), [])
    assert.deepEqual(
      two('02-00-5e-00-00-1a', '02005E00001A').map((one) => one.replace(/:\d+:\d+/, '')),
      [
        'ims.cfg: ejoin.devices[1].mac: "02005E00001A" is also the MAC of ejoin.devices[0]: each device has its own',
      ],
    )
  })

  test('has a name that no GoIP has: routes do not say which kind they mean', () => {
    const saidWith = (lines: string) =>
      saidOf(`{ name: "box", secret: "${SECRET}" }] }, goip: { lines: [${lines}`).map((one) =>
        one.replace(/:\d+:\d+/, ''),
      )
    const right = 'is also the name of ejoin.devices[0].name: give one of the two another'
    assert.deepEqual(saidWith('{ id: "box", password: "p", device: "b1" }'), [])
    assert.deepEqual(saidWith('{ id: "box", password: "p" }'), [`ims.cfg: goip.lines[0].id: "box" ${right}`])
    assert.deepEqual(
      saidWith('{ id: "1", password: "p", device: "box" }, { id: "2", password: "p", device: "box" }'),
      [`ims.cfg: goip.lines[0].device: "box" ${right}`],
    )
  })

  test('needs a web server to post to, and an address to be told', () => {
    assert.match(saidOf(`{ name: "a", secret: "${SECRET}" }`, '').join(), /web server of "admin"/)
    assert.match(saidOf(`{ name: "a", secret: "${SECRET}", push: true }`).join(), /without report_url/)
    assert.match(saidOf(`{ name: "a/b", secret: "${SECRET}" }`).join(), /name without blanks/)
    assert.match(saidOf(`{ name: "a", secret: "${SECRET}", api: "v9" }`).join(), /"v2" or "v3"/)
  })
})
