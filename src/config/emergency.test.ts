import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadConfiguration } from './load.ts'

const KEY = '00112233445566778899aabbccddeeff'
const load = (text: string) =>
  loadConfiguration({ name: 'x.cfg', text: `domain: "d", sip_addr: "127.0.0.1", ${text}` })
const settingsOf = (text: string) => {
  const loaded = load(text)
  assert.ok(loaded.ok, problemsOf(text).join())
  return loaded.value
}
const problemsOf = (text: string): string[] => {
  const loaded = load(text)
  return loaded.ok ? [] : loaded.error.map(({ property, message }) => `${property}: ${message}`)
}
const anonymous = `ue_db: [{ imsi: "001010000000001", K: "${KEY}", anonymous: true }],`

describe('emergency', () => {
  test('has defaults that send calls elsewhere', () => {
    const { settings, warnings } = settingsOf('')
    assert.deepEqual(settings.emergency, {
      ...{ policy: 'route', to: '', services: {}, numbers: ['112', '911'], anonymous: false },
      ...{ reason: 'No emergency calls here', action: 'none' },
    })
    assert.deepEqual(warnings, [])
  })

  test('takes a target for all, and one for each service', () => {
    const { settings } = settingsOf(
      'emergency: { to: "sip:1001", services: { police: "tel:+33123", "ecall.automatic": "600" }, numbers: "999" },',
    )
    const { to, services, numbers } = settings.emergency
    assert.deepEqual(
      [to, services, numbers],
      ['sip:1001', { police: 'tel:+33123', 'ecall.automatic': '600' }, ['999']],
    )
  })

  for (const [text, problem] of [
    ['emergency: { to: 112 },', /^emergency\.to: a string/],
    ['emergency: { to: "a b" },', /^emergency\.to: number, name or URI/],
    [
      'emergency: { services: { "sos police": "1" } },',
      /^emergency\.services\.sos police: is no name of a service/,
    ],
    ['emergency: { services: { police: 1 } },', /^emergency\.services\.police: a string/],
    ['emergency: { services: [] },', /^emergency\.services: an object/],
    ['emergency: { numbers: ["one"] },', /^emergency\.numbers\[0\]: telephone number/],
    ['emergency: { policy: "both" },', /^emergency\.policy: "route" or "alternative"/],
    ['emergency: { t: "1" },', /^emergency\.t: there is no such property; did you mean to\?/],
  ] as const)
    test(`refuses ${text}`, () => {
      const [first, ...others] = problemsOf(text)
      assert.match(first ?? '', problem)
      assert.deepEqual(others, [])
    })

  test('warns who lets nameless handsets in and leaves nobody to answer them', () => {
    assert.match(
      settingsOf(anonymous).warnings.join(),
      /emergency\.to: is missing: emergency calls are sent elsewhere/,
    )
    for (const text of [
      `emergency: { to: "1" }, ${anonymous}`,
      `emergency: { policy: "alternative" }, ${anonymous}`,
      anonymous.replace(' }', ', impu: ["sip:1", "urn:service:sos"] }'),
    ])
      assert.deepEqual(settingsOf(text).warnings, [], text)
  })

  test('an identity may be a service', () => {
    const { settings } = settingsOf(anonymous.replace(' }', ', impu: ["sip:1", "URN:service:sos"] }'))
    assert.deepEqual(
      settings.ue_db[0]?.impus.map(({ impu }) => impu),
      ['sip:1', 'urn:service:sos'],
    )
  })
})
