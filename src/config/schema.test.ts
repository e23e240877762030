import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err } from '#lib/result'
import type { Files } from './files.ts'
import { loadConfiguration } from './load.ts'
import { printProblem } from './problem.ts'

const files: Files = {
  read: () => err('there is no such file'),
  exists: (path) => path.startsWith('/etc/there/'),
}

/** Fragments are put into a file that is otherwise in order; its other lines come after. */
const load = (fragment: string) =>
  loadConfiguration(
    { name: '/etc/tandem/ims.cfg', text: `${fragment}\nsip_addr: "127.0.0.1", domain: "d",` },
    {},
    files,
  )
const problemsOf = (fragment: string): string[] => {
  const result = load(fragment)
  return result.ok ? [] : result.error.map((problem) => printProblem(problem).replace('/etc/tandem/', ''))
}
const settingsOf = (fragment: string) => {
  const result = load(fragment)
  assert.deepEqual(result.ok ? [] : result.error.map(printProblem), [])
  if (!result.ok) throw new Error('unreachable')
  return result.value
}

const KEY = '00112233445566778899aabbccddeeff'
const user = (text: string) => `ue_db: [{ impi: "a", impu: "a", ${text} }],`

describe('a wrong value is told with its place, what is wrong and what would be right', () => {
  const table: [fragment: string, ...problems: string[]][] = [
    [
      'tcp_threshold: 65536,',
      '1:16: tcp_threshold: an integer from 0 to 65535 is needed, not the number 65536',
    ],
    ['tcp_threshold: 1.5,', '1:16: tcp_threshold: an integer from 0 to 65535 is needed, not the number 1.5'],
    [
      'tcp_threshold: "1300",',
      '1:16: tcp_threshold: an integer from 0 to 65535 is needed, not the string "1300"',
    ],
    [
      'subscribe_expires: 864001,',
      '1:20: subscribe_expires: an integer from 0 to 864000 is needed, not the number 864001',
    ],
    [
      'sms_forced_cp_cause: 256,',
      '1:22: sms_forced_cp_cause: an integer from 0 to 255 is needed, not the number 256',
    ],
    ['timer_t1: -1,', '1:11: timer_t1: a number from 0.01 to 60 is needed, not the number -1'],
    ['timer_t1: 1+2*I,', '1:11: timer_t1: a number from 0.01 to 60 is needed, not a complex number'],
    ['precondition: 2,', '1:15: precondition: true or false is needed, not the number 2'],
    [
      'echo: 600,',
      '1:7: echo: a string (number or name) is needed, not the number 600 (strings stand in double quotes)',
    ],
    ['com_name: "a\\nb",', '1:11: com_name: holds a control character; text on one line is needed'],
    [
      'com_addr: "1.2.3.400",',
      '1:11: com_addr: an address "ip[:port]" or "[ipv6]:port" is needed, not the string "1.2.3.400"',
    ],
    [
      'com_addr: "127.0.0.1:65536",',
      '1:11: com_addr: an address "ip[:port]" or "[ipv6]:port" is needed, not the string "127.0.0.1:65536"',
    ],
    [
      'com_addr: "[::1",',
      '1:11: com_addr: an address "ip[:port]" or "[ipv6]:port" is needed, not the string "[::1"',
    ],
    [
      'com_ssl_certificate: "/etc/there/c.pem",',
      '1:22: com_ssl_key: is missing: com_ssl_certificate needs it',
    ],
    [
      'tls: { certificate: "/etc/there/c", key: "k.pem" },',
      '1:42: tls.key: there is no such file: /etc/tandem/k.pem',
    ],
    ['license_server: {},', '1:17: license_server.server_addr: is missing: string is needed'],
    [
      'sms_message_filter: { cp_ack: "drop" },',
      '1:31: sms_message_filter.cp_ack: "treat" or "ignore" or "reject" is needed, not the string "drop"',
    ],
    [
      'custom_headers: [{ name: "A b", value: "x" }],',
      '1:26: custom_headers[0].name: name of a header is needed, not the string "A b"',
    ],
    [
      'custom_headers: [{ name: "A", value: "x\\r\\nVia: y" }],',
      '1:38: custom_headers[0].value: holds a control character; text on one line is needed',
    ],
    [
      'custom_headers: [{ name: "A", value: "x", codes: [99] }],',
      '1:51: custom_headers[0].codes[0]: an integer from 100 to 699 is needed, not the number 99',
    ],
    [
      'log_options: "sip.level=loud",',
      '1:14: log_options: "sip.level=loud": sip.level is none, error, warn, info, debug',
    ],
    [
      'log_options: "hello",',
      '1:14: log_options: "hello": options are layer.level=, layer.max_size=, time=, file.rotate= and the like',
    ],
    [
      'security: { block_aftr: 3 },',
      '1:13: security.block_aftr: there is no such property; did you mean block_after?',
    ],
    [
      'security: { exempt: ["10.0.0.0/33"] },',
      '1:22: security.exempt[0]: an address or a network such as "10.0.0.0/8" or "fd00::/8" is needed, not the string "10.0.0.0/33"',
    ],
    [
      'media: { engine: "janus" },',
      '1:18: media.engine: "embedded" or "rtpengine" or "none" is needed, not the string "janus"',
    ],
    ['media: 5,', '1:8: media: an object { … } is needed, not the number 5'],
    [
      'trunks: [{ name: "a" }],',
      '1:9: trunks[0].addr: is missing: say where it is, or as which user it registers here',
    ],
    [
      'trunks: [{ name: "a", addr: "h" }, { name: "a", addr: "h" }],',
      '1:44: trunks[1].name: "a" is also the name of trunks[0].name',
    ],
    [
      'routes: [{ name: "r", match: { to: "(" }, to: "nowhere" }],',
      '1:36: routes[0].match.to: a regular expression, or "*" for all, is needed, not the string "("',
      '1:47: routes[0].to[0]: subscriber:IMPU, gateway:DEVICE[/LINE], trunk:NAME, webhook:URL, inbox or reject:CODE is needed, not the string "nowhere"',
    ],
    [
      'webhooks: [{ url: "ftp://x", secret: "s" }],',
      '1:19: webhooks[0].url: a URL that begins with http:// or https:// is needed, not the string "ftp://x"',
    ],
    [
      'storage: { url: "oracle://u:geheim@h" },',
      '1:17: storage.url: "sqlite", "mysql://…" or "postgres://…" is needed',
    ],
    ['ue_db: {},', '1:8: ue_db: an array [ … ] is needed, not an object'],
  ]
  for (const [fragment, ...problems] of table) {
    test(fragment, () =>
      assert.deepEqual(
        problemsOf(fragment),
        problems.map((problem) => `ims.cfg:${problem}`),
      ),
    )
  }
})

describe('sip_addr', () => {
  const listenersOf = (text: string) => {
    const result = loadConfiguration({ name: 'x.cfg', text: `domain: "d", sip_addr: ${text}` }, {}, files)
    return result.ok ? result.value.settings.sip_addr : result.error.map(printProblem)
  }
  const media = { port_min: 10000, port_max: 20000 }

  test('is a string, an object or an array of both', () => {
    assert.deepEqual(listenersOf('"1.2.3.4"'), [{ addr: { address: '1.2.3.4', port: 5060 }, ...media }])
    assert.deepEqual(listenersOf('{ addr: "[::1]:5070", port_min: 4000, port_max: 4100 }'), [
      { addr: { address: '::1', port: 5070 }, port_min: 4000, port_max: 4100 },
    ])
    assert.deepEqual(
      listenersOf(
        '["2001:db8::1", { addr: "1.2.3.4", bind_addr: "eth0.5" }, { addr: "1.2.3.5:1", bind_addr: "0.0.0.0" }]',
      ),
      [
        { addr: { address: '2001:db8::1', port: 5060 }, ...media },
        { addr: { address: '1.2.3.4', port: 5060 }, bind_addr: { interface: 'eth0.5' }, ...media },
        { addr: { address: '1.2.3.5', port: 1 }, bind_addr: { address: '0.0.0.0', port: 1 }, ...media },
      ],
    )
  })

  test('is refused when wrong, narrow or taken', () => {
    assert.deepEqual(listenersOf('"host"'), [
      'x.cfg:1:24: sip_addr[0]: an address "ip[:port]" or "[ipv6]:port" is needed, not the string "host"',
    ])
    assert.deepEqual(listenersOf('{ port_min: 0 }'), [
      'x.cfg:1:24: sip_addr[0].addr: is missing: address, default port 5060 is needed',
      'x.cfg:1:36: sip_addr[0].port_min: an integer from 1 to 65535 is needed, not the number 0',
    ])
    assert.deepEqual(listenersOf('{ addr: "1.1.1.1", port_min: 20, port_max: 10 }'), [
      'x.cfg:1:24: sip_addr[0].port_max: 20..10 leaves no room: a call needs 4 ports or more',
    ])
    assert.deepEqual(listenersOf('["1.1.1.1", "1.1.1.1:5060"]'), [
      'x.cfg:1:24: sip_addr[1].addr: 1.1.1.1:5060 is already the address of sip_addr[0].addr',
    ])
  })
})

describe('a user', () => {
  const table: [text: string, ...problems: string[]][] = [
    ['K: "00112233445566778899aabbccddee"', 'K: 30 hexadecimal digits, 32 are needed (16 bytes)'],
    [
      `K: "${KEY}${KEY}"`,
      'K: 64 hexadecimal digits, 32 are needed (16 bytes; 32 bytes only with sim_algo: "tuak")',
    ],
    [
      'K: "0011223344556677x899aabbccddeeff"',
      'K: character 17 is no hexadecimal digit; 32 or 64 hexadecimal digits are needed',
    ],
    [
      'K: 5',
      'K: a string of 32 or 64 hexadecimal digits is needed, not a number (strings stand in double quotes)',
    ],
    ['', 'K: is missing: AKAv1 needs the key of the SIM (or a pwd for MD5, or authentication: false)'],
    [
      'pwd: "x", authent_type: "AKAv2"',
      'K: is missing: AKAv2 needs the key of the SIM (or authent_type: "MD5")',
    ],
    ['authent_type: "MD5"', 'pwd: is missing: authent_type MD5 needs it'],
    ['pwd: 1234', 'pwd: a string is needed, not a number (strings stand in double quotes)'],
    [`K: "${KEY}", sim_algo: "miln"`, 'opc: is missing: Milenage needs op or opc'],
    [
      `K: "${KEY}", sim_algo: "milenage", op: "${KEY}", opc: "${KEY}"`,
      'opc: op and opc are both set; exactly one is needed',
    ],
    [`K: "${KEY}", sim_algo: "tuak"`, 'topc: is missing: TUAK needs top or topc'],
    [`K: "${KEY}", sim_algo: "tuak", top: "${KEY}"`, 'top: 32 hexadecimal digits, 64 are needed (32 bytes)'],
    [
      `K: "${KEY}", sim_algo: "tuak", top: "${KEY}${KEY}", res_len: 5`,
      'res_len: 5 bytes; TUAK needs 4, 8 or 16',
    ],
    [
      `K: "${KEY}", sim_algo: "miln", op: "${KEY}", res_len: 16`,
      'res_len: Milenage makes 8 bytes, 16 are asked for',
    ],
    [`K: "${KEY}", sim_algo: "miln", op: "${KEY}", r: [1, 2, 3]`, 'r: 3 values, 5 are needed'],
    [
      `K: "${KEY}", sim_algo: "miln", op: "${KEY}", r: [0, 0, 0, 0, 128]`,
      'r[4]: an integer from 0 to 127 is needed, not the number 128',
    ],
    [
      `K: "${KEY}", sim_algo: "miln", op: "${KEY}", c: ["", "${KEY}", "${KEY}", "${KEY}", "${KEY}"]`,
      'c[0]: 0 hexadecimal digits, 32 are needed (16 bytes)',
    ],
    [
      `K: "${KEY}", sim_algo: "comp128"`,
      'sim_algo: "xor" or "miln" or "tuak" is needed, not the string "comp128"',
    ],
    [`K: "${KEY}", amf: 65536`, 'amf: an integer from 0 to 65535 is needed, not the number 65536'],
    [`K: "${KEY}", sqn: "00"`, 'sqn: 2 hexadecimal digits, 12 are needed (6 bytes)'],
    [
      `K: "${KEY}", keccak_iter: 0`,
      'keccak_iter: an integer from 1 to 2147483647 is needed, not the number 0',
    ],
    [
      `K: "${KEY}", imsi: 1010123456789`,
      'imsi: a string (IMSI of up to 15 digits) is needed, not the number 1010123456789 (strings stand in double quotes)',
    ],
    [
      `K: "${KEY}", authent_type: "AKA"`,
      'authent_type: "none" or "MD5" or "AKAv1" or "AKAv2" is needed, not the string "AKA"',
    ],
    [`K: "${KEY}", ring_only: "yes"`, 'ring_only: true or false is needed, not the string "yes"'],
  ]
  for (const [text, ...problems] of table) {
    test(text || 'without any secret', () => {
      const found = problemsOf(user(text)).map((problem) =>
        problem.replace(/^ims\.cfg:1:\d+: ue_db\[0\]\./, ''),
      )
      assert.deepEqual(found, problems)
    })
  }

  test('authenticates as the manual says', () => {
    const typeOf = (text: string) => settingsOf(user(text)).settings.ue_db[0]?.authent_type
    assert.equal(typeOf(`K: "${KEY}"`), 'AKAv1')
    assert.equal(typeOf('pwd: "x"'), 'MD5')
    assert.equal(typeOf(`K: "${KEY}", pwd: "x", authent_type: "AKAv2"`), 'AKAv2')
    assert.equal(typeOf(`K: "${KEY}", authent_type: "MD5"`), 'MD5')
    assert.equal(typeOf('authentication: false'), 'none')
    assert.equal(typeOf('authent_type: "none"'), 'none')
  })

  test('has identities with a scheme and without a host', () => {
    const { settings, warnings } = settingsOf(
      'ue_db: [{ impi: "a", pwd: "p", impu: ["a", "SIP:b@host", "tel:+33-1", { impu: "c", imeisv: "1234567890123456", code: 486 }] }],',
    )
    assert.deepEqual(settings.ue_db[0]?.impus, [
      { impu: 'sip:a' },
      { impu: 'sip:b' },
      { impu: 'tel:+33-1' },
      { impu: 'sip:c', imeisv: '1234567890123456', code: 486 },
    ])
    assert.deepEqual(warnings, [
      '/etc/tandem/ims.cfg:1: ue_db[0].impu[1]: an identity has no host: @host is ignored',
      '/etc/tandem/ims.cfg:1: ue_db[0].impu[3]: imeisv counts only with multi_sim: true',
      '/etc/tandem/ims.cfg:1: ue_db[0].impu[3]: code counts only for the echo number',
    ])
  })

  test('gets the identities it lacks from its imsi, and needs one', () => {
    const { settings } = settingsOf(`ue_db: [{ imsi: "001010000000001", K: "${KEY}", domain: "own" }],`)
    assert.equal(settings.ue_db[0]?.impi, '001010000000001@own')
    assert.deepEqual(settings.ue_db[0]?.impus, [{ impu: 'sip:001010000000001' }])
    assert.deepEqual(problemsOf('ue_db: [{ pwd: "x" }],'), [
      'ims.cfg:1:9: ue_db[0].impi: is missing: the user name of authentication, or an imsi to make it from',
      'ims.cfg:1:9: ue_db[0].impu: is missing: at least one identity is needed',
    ])
  })

  test('shares no identity with another, except the echo number', () => {
    assert.deepEqual(
      problemsOf(
        'ue_db: [\n{ impi: "a", impu: ["a", "tel:+33(1)2"], pwd: "x" },\n{ impi: "a", impu: ["b", "sip:+3312"], pwd: "x" }],',
      ),
      [
        'ims.cfg:3:9: ue_db[1].impi: a is also the impi of the user at ims.cfg:2:9',
        'ims.cfg:3:26: ue_db[1].impu[1]: sip:+3312 also belongs to the user at ims.cfg:2:26',
      ].map((line) => line.replace('at ims', 'at /etc/tandem/ims')),
    )
    settingsOf(
      'echo: "600", ue_db: [{ impi: "a", impu: ["a", "600"], pwd: "x" }, { impi: "b", impu: ["b", "tel:600"], pwd: "x" }],',
    )
  })
})

test('all problems are reported at once, those of the language with those of meaning', () => {
  const found = problemsOf(
    'tcp_threshold: none,\nprecondition: 7,\nue_db: [{ impi: "a" }],\nsecurity: { x: 1 },',
  )
  assert.deepEqual(
    found.map((line) => line.split(': ').slice(0, 2).join(' ')),
    [
      'ims.cfg:1:16 none',
      'ims.cfg:2:15 precondition',
      'ims.cfg:3:9 ue_db[0].impu',
      'ims.cfg:3:9 ue_db[0].K',
      'ims.cfg:4:13 security.x',
    ],
  )
})

test('what is not followed is not judged', () => {
  assert.deepEqual(problemsOf('ue_db: [{ impi: "a", impu "a", pwd: "x" }],'), [
    'ims.cfg:1:27: : is missing between the property impu and "a"',
  ])
})

test('an unknown property of a shared file is a warning, said once', () => {
  const { warnings } = settingsOf(
    `tcp_treshold: 5, ims_dl: [], ue_db: [{ impi: "a", impu: "a", pwd: "x", count: 1 }, { impi: "b", impu: "b", pwd: "x", count: 1 }],`,
  )
  assert.deepEqual(warnings, [
    '/etc/tandem/ims.cfg:1: tcp_treshold: not a property that Tandem knows, ignored; did you mean tcp_threshold?',
    '/etc/tandem/ims.cfg:1: ims_dl: not a property that Tandem knows, ignored',
    '/etc/tandem/ims.cfg:1: ue_db[0].count: not a property that Tandem knows, ignored (first of 2 places)',
  ])
})

test('null is as if nothing was written', () => {
  assert.equal(settingsOf('tcp_threshold: null, echo: null,').settings.tcp_threshold, 1300)
})

test('problems and warnings do not repeat secrets', () => {
  const fragment = `ue_db: [
    { impi: "a", impu: "a", pwd: "geheim\\u0000", K: "geheim", sim_algo: "miln", opc: "geheimgeheimgeheimgeheimgeheim12" },
    { impi: "b", impu: "b", pwd: 12345678, top: [ "geheim" ] }],
    admin: { api_keys: [{ name: "x", key: "gehe im" }], password: { a: "geheim" } },
    trunks: [{ name: "t", addr: "h", password: 12345678 }], storage: { url: "mysq://u:geheim@h" },`
  const text = problemsOf(fragment).join('\n')
  assert.equal(problemsOf(fragment).length, 9)
  assert.doesNotMatch(text, /geheim|gehe im|12345678/)
})
