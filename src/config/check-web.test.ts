import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ok } from '#lib/result'
import { diskFiles } from './files.ts'
import { loadConfiguration } from './load.ts'

const files = (text: string, also: string[] = []) => ({
  read: () => ok(text),
  exists: (path: string) => also.includes(path),
})
const BASE = 'domain: "x", ue_db: [{ impi: "1001", impu: ["1001"], pwd: "p" }],'

/** What is said of a configuration: problems, then warnings; without the places. */
const said = (text: string, also?: string[]): string[] => {
  const loaded = loadConfiguration('/c.cfg', {}, files(`{ ${BASE} ${text} }`, also) as never)
  if (!loaded.ok)
    return loaded.error
      .filter(({ warning }) => !warning)
      .map(({ property, message }) => `${property}: ${message}`)
  return loaded.value.warnings
    .map((line) => line.replace(/^.*?:\d+: /, ''))
    .filter((line) => /webphone|click/.test(line))
}
const matches = (text: string, pattern: RegExp, also?: string[]): void => {
  const lines = said(text, also)
  assert.equal(lines.length, 1, lines.join('\n'))
  assert.match(lines[0] as string, pattern)
}
const SIP = 'sip_addr: [{ addr: "192.0.2.1:5060", port_min: 10000, port_max: 20000 }],'

describe('a web phone server', () => {
  test('with its defaults is as it should be', () => assert.deepEqual(said(`${SIP} webphone: {}`), []))
  test('has media ports of its own', () => {
    const wide = 'sip_addr: [{ addr: "192.0.2.1", port_min: 40000, port_max: 51000 }],'
    matches(
      `${wide} webphone: {}`,
      /media_port: 50000\.\.54799 overlaps with sip_addr\[0\].*give that up to 49999$/,
    )
    matches(
      `${SIP} webphone: { media_port: 65000 }`,
      /240 calls need ports up to 69799: begin at 60736 or lower/,
    )
  })
  test('shows browsers a certificate with its key', () => {
    const [c, k] = ['/t/c.pem', '/t/k.pem']
    const dtls = (text: string, also: string[] = [c, k]) =>
      said(`${SIP} webphone: { dtls: { ${text} } }`, also)
    assert.match(
      dtls(`certificate: "${c}"`).join(),
      /webphone.dtls.key: is missing: webphone.dtls.certificate needs it/,
    )
    assert.match(dtls(`key: "${k}"`).join(), /webphone.dtls.certificate: is missing/)
    const none = dtls(`certificate: "${c}", key: "${k}"`, [k]).join()
    assert.match(none, /webphone.dtls.certificate: there is no such file: \/t\/c.pem/)
    assert.doesNotMatch(none, /missing/)
    assert.deepEqual(dtls(`certificate: "${c}", key: "${k}"`), [
      'webphone.dtls.certificate: /t/c.pem holds no certificate as PEM',
      'webphone.dtls.key: /t/k.pem holds no private key without a password as PEM',
    ])
  })
  test('is attached to an interface that there is, by the machine’s own list', () => {
    const lacks = (name: string): boolean => {
      const disk = {
        ...files(`{ ${BASE} ${SIP} webphone: { interface: "${name}" } }`),
        exists: diskFiles.exists,
      }
      const loaded = loadConfiguration('/c.cfg', {}, disk)
      return !loaded.ok && loaded.error.some(({ message }) => message.includes('has no network interface'))
    }
    assert.deepEqual(['', 'lo', 'no such'].map(lacks), [
      false,
      false,
      diskFiles.exists('/sys/class/net', 'anything'),
    ])
  })
  test('has an address outside of a NAT that is one', () => {
    for (const wrong of ['abc', '203.0.113', '1.2.3.4.5'])
      matches(
        `${SIP} webphone: { mapped_ip: "${wrong}" }`,
        /mapped_ip: ".*" is no IP address: write one such as/,
      )
    for (const right of ['', '203.0.113.7', '2001:db8::7'])
      assert.deepEqual(said(`${SIP} webphone: { mapped_ip: "${right}" }`), [])
  })
  test('lets sites in by the names that browsers give them', () => {
    const wrong = {
      'https://a.example/': 'https://a.example',
      'https://a.example/shop?x': 'https://a.example',
      'https://a.example:443': 'https://a.example',
      'HTTPS://A.example': 'https://a.example',
    }
    for (const [origin, right] of Object.entries(wrong))
      assert.deepEqual(said(`${SIP} webphone: { origins: ["${origin}"] }`), [
        `webphone.origins: ${JSON.stringify(origin)} is not how browsers name a site: write "${right}"`,
      ])
    const right = '"*", "https://a.example", "http://localhost:5173", "chrome-extension://abc"'
    assert.deepEqual(said(`${SIP} webphone: { origins: [${right}] }`), [])
  })
  test('is not opened to what is no site', () => {
    const wrong = {
      foo: 'https://foo',
      'a.example:8080': 'https://a.example:8080',
      'localhost:3000': 'http://localhost:3000',
      null: 'https://www.example.org',
      'file:///x': 'https://www.example.org',
      '': 'https://www.example.org',
    }
    for (const [origin, right] of Object.entries(wrong))
      for (const groups of [
        `webphone: { origins: ["${origin}"] }`,
        `webphone: {}, click_to_call: { origins: ["${origin}"] }`,
      ]) {
        const loaded = loadConfiguration('/c.cfg', {}, files(`{ ${BASE} ${SIP} ${groups} }`) as never)
        const problems = loaded.ok ? [] : loaded.error.map(({ message, warning }) => [message, warning])
        const words = `${JSON.stringify(origin)} is not how browsers name a site: write "${right}"`
        assert.deepEqual(problems, [[words, undefined]])
      }
  })
  test('uses no port twice', () =>
    matches(
      `${SIP} admin: { http_addr: "0.0.0.0:980" }, webphone: {}`,
      /phone_http_addr: 0\.0\.0\.0:980 is already the address of admin.http_addr/,
    ))
  test('has a proxy that is not itself, and a port of its own towards it', () => {
    matches(`${SIP} webphone: { proxy: { addr: "192.0.2.1:5060" } }`, /is this server itself/)
    matches(`${SIP} webphone: { proxy: { addr: "192.0.2.2", local_port: 5060 } }`, /5060 is already a port/)
    matches(`${SIP} webphone: { proxy: { domain: "d" } }`, /domain: means nothing/)
  })
  test('has a key for old clients that leaves room for the nonce', () => {
    const warned = (legacy: string) =>
      loadConfiguration('/c.cfg', {}, files(`{ ${BASE} webphone: { legacy: { ${legacy} } } }`) as never)
    const told = (legacy: string) => {
      const loaded = warned(legacy)
      return loaded.ok && loaded.value.warnings.some((line) => /legacy\.key/.test(line))
    }
    assert.equal(told('key: "1234567890123456"'), true)
    assert.equal(told('key: "123456789012345"'), false)
    assert.equal(told('cipher: "des", key: "12345678"'), true)
    assert.equal(told('cipher: "off", key: "1234567890123456"'), false)
  })
  test('has somebody who can log in', () => {
    const loaded = loadConfiguration('/c.cfg', {}, files('{ domain: "x", webphone: {} }') as never)
    assert.ok(loaded.ok)
    assert.match(loaded.value.warnings.join('\n'), /nobody can log in/)
  })
})

describe('click to call', () => {
  const guests = (more: string, web = 'webphone: {},') =>
    `${SIP} ${web} click_to_call: { enabled: true, ${more} }`
  test('is right with an account of ours', () => {
    assert.deepEqual(said(guests('user: "1001", password: "p"')), [])
    matches(guests('user: "1001", password: "q"'), /password: is not the pwd of that user/)
    matches(guests('user: "2000"'), /there is no user "2000"/)
  })
  test('warns of what costs money, and of what does nothing', () => {
    matches(guests('allow: ["*"]'), /allow: "\*" is every number/)
    matches(guests('call_back: "*"'), /call_back: "\*" is every number/)
    matches(guests('allow: []'), /guests may call nobody/)
    matches(guests('allow: ["600", "911"]'), /allow: 911 is an emergency number/)
    matches(guests('call_back: ["+49*", "112"]'), /call_back: 112 is an emergency number/)
    matches(guests('call_back: ["home"]'), /call_back: "home" fits no telephone number/)
    assert.deepEqual(said(guests('user: "1001", password: "p", call_back: ["+49 (30) *", "0?????"]')), [])
    matches(guests('', ''), /add a group webphone/)
  })
  test('takes the manual’s Flash settings with a notice', () => {
    const text =
      'flash_http_port: 5080, flash_sip_port: 4000, rtmp_port: 443, rtmps_port: 7443, flash_protocol: "RTMP"'
    const loaded = loadConfiguration('/c.cfg', {}, files(`{ ${BASE} click_to_call: { ${text} } }`) as never)
    assert.ok(loaded.ok)
    assert.equal(loaded.value.notices.filter((line) => /Flash any more/.test(line)).length, 5)
  })
})
