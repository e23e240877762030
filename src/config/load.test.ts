import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { err, ok } from '#lib/result'
import { loadConfiguration } from './load.ts'
import { printCheck } from './print.ts'
import { printProblem } from './problem.ts'

const FIXTURES = relative('.', new URL('../../test/fixtures/config', import.meta.url).pathname)
const load = (name: string) => {
  const result = loadConfiguration(join(FIXTURES, name))
  assert.deepEqual(result.ok ? [] : result.error.map(printProblem), [])
  if (!result.ok) throw new Error('unreachable')
  return result.value
}
const here = (line: string) => line.replaceAll(`${FIXTURES}/`, '')

describe('configurations as people have them', () => {
  for (const name of readdirSync(FIXTURES).filter((file) => file.endsWith('.cfg')))
    test(`${name} loads`, () => void load(name))
  for (const name of readdirSync('config').filter((file) => file.endsWith('.cfg'))) {
    test(`config/${name} loads`, () => assert.equal(loadConfiguration(`config/${name}`).ok, true))
  }

  test('MD5 phones need no SIM', () => {
    const { settings, warnings, notices } = load('md5-phones.cfg')
    assert.deepEqual([warnings, notices], [[], []])
    assert.deepEqual(
      settings.ue_db.map(({ impi, authent_type, pwd, ring_only, auth_on_register_only }) => [
        impi,
        authent_type,
        pwd,
        ring_only,
        auth_on_register_only,
      ]),
      [
        ['alice', 'MD5', 'a password with spaces', false, true],
        ['bob@phones.example.net', 'MD5', 'b:b', false, true],
        ['door', 'none', undefined, true, true],
      ],
    )
    assert.equal(settings.log_filename, '/tmp/ims-md5.log')
  })

  test('test SIMs: XOR, two listeners, ports of Diameter, the misprinted one when written', () => {
    const { settings, warnings } = load('xor-test-sims.cfg')
    assert.deepEqual(settings.cx_server_addr, { address: '127.0.1.100', port: 3868 })
    assert.deepEqual(settings.rx_server_addr, { address: '127.0.1.100', port: 3368 })
    assert.deepEqual(settings.sctp_addr, { address: '127.0.0.1', port: 29118 })
    assert.equal(settings.mt_call_sdp_file, resolve(FIXTURES, 'mt_call_qos.sdp'))
    assert.equal(settings.echo, '666')
    const [first, second] = settings.ue_db
    assert.deepEqual(first?.sim, {
      k: Uint8Array.fromHex('00112233445566778899aabbccddeeff'),
      amf: 0x9001,
      sqn: 0n,
      res_len: 8,
      sim_algo: 'xor',
    })
    assert.equal(first?.multi_sim, true)
    assert.deepEqual([second?.['100rel'], second?.sim?.res_len], [false, 16])
    assert.deepEqual(warnings.map(here), [
      'xor-test-sims.cfg:13: mms_server_bind_addr: not a property that Tandem knows, ignored',
      'xor-test-sims.cfg:57: ims_dl: not a property that Tandem knows, ignored',
    ])
  })

  test('Milenage with op, opc, r and c', () => {
    const { settings } = load('milenage.cfg')
    const [first, second, third] = settings.ue_db.map(({ sim }) => sim)
    assert.ok(first?.sim_algo === 'miln' && second?.sim_algo === 'miln' && third?.sim_algo === 'miln')
    assert.deepEqual(first.operator, {
      kind: 'op',
      value: Uint8Array.fromHex('63bfa50ee6523365ff14c1f45f88737d'),
    })
    assert.equal(second.operator.kind, 'opc')
    assert.equal(second.res_len, 4)
    assert.deepEqual(third.r, [64, 0, 32, 64, 97])
    assert.equal(third.c?.[4]?.toHex(), '00000000000000000000000000000009')
    assert.equal(settings.ue_db[0]?.impi, '001010000000001@ims.mnc001.mcc001.3gppnetwork.org')
    assert.deepEqual(settings.custom_headers[0], {
      name: 'X-Operator',
      value: '001/01',
      methods: ['INVITE', 'MESSAGE'],
      codes: [],
    })
    assert.deepEqual(settings.custom_headers[1]?.codes, [0])
  })

  test('TUAK with both lengths of K', () => {
    const [first, second] = load('tuak.cfg').settings.ue_db.map(({ sim }) => sim)
    assert.ok(first?.sim_algo === 'tuak' && second?.sim_algo === 'tuak')
    assert.deepEqual(
      [first.k.length, first.operator.kind, first.sqn, first.keccak_iter],
      [16, 'top', 0x111111111111n, 1],
    )
    assert.deepEqual(
      [second.k.length, second.operator.kind, second.res_len, second.keccak_iter],
      [32, 'topc', 16, 2],
    )
  })

  test('a user database shared with an MME', () => {
    const { settings, notices, warnings } = load('shared-with-mme.cfg')
    assert.equal(settings.session_expires, 1800)
    assert.deepEqual(settings.sms_message_filter, {
      cp_data: 'treat',
      cp_ack: 'treat',
      rp_data: 'treat',
      rp_ack: 'reject',
    })
    assert.equal(settings.ue_db[0]?.mt_call_sdp_file, resolve(FIXTURES, 'shared/mt_call.sdp'))
    assert.equal(settings.ue_db[1]?.impi, '001010000000077@ims.mnc001.mcc001.3gppnetwork.org')
    assert.deepEqual(notices.map(here), [
      'shared-with-mme.cfg:24: license_server: accepted and ignored: Tandem needs no licence',
      'shared-with-mme.cfg:26: ipsec_aalg_list: accepted and checked, but not built yet: it has no effect',
      'shared-with-mme.cfg:27: ipsec_ealg_list: accepted and checked, but not built yet: it has no effect',
    ])
    assert.ok(
      warnings.some(
        (line) =>
          here(line) === 'shared-with-mme.cfg:29: qci: obsolete: set the QCI in the rx object of the MME',
      ),
    )
  })

  test('IPv6 everywhere', () => {
    const { settings } = load('ipv6.cfg')
    assert.deepEqual(
      settings.sip_addr.map(({ addr }) => addr),
      [
        { address: '2001:db8::10', port: 5070 },
        { address: 'fe80::1%eth0', port: 5060 },
        { address: '::1', port: 5060 },
      ],
    )
    assert.deepEqual(settings.sip_addr[0]?.tls_addr, { address: '2001:db8::10', port: 5061 })
    assert.deepEqual(settings.trunks[0]?.addr, { address: '2001:db8::30', port: 5060 })
  })

  test('every group: defaults, files, and no secret in what is printed', () => {
    const loaded = load('all-groups.cfg')
    const { settings } = loaded
    assert.equal(settings.data_dir, resolve(FIXTURES, 'state'))
    assert.deepEqual(settings.storage, { kind: 'postgres', url: 'postgres://tandem:geheim@127.0.0.1/tandem' })
    assert.deepEqual(settings.admin?.http_addr, [
      { address: '127.0.0.1', port: 8200 },
      { address: '::1', port: 8200 },
    ])
    assert.deepEqual(settings.admin?.https_addr, [])
    assert.deepEqual(settings.webphone?.proxy, {
      domain: '',
      transport: 'udp',
      local_port: 5090,
      t1: 500,
      t2: 4000,
      t4: 5000,
    })
    assert.equal(settings.goip?.lines[0]?.status_refused, 404)
    assert.equal(settings.click_to_call?.cti_header, 'X-CTI-Data')
    const printed = printCheck(ok(loaded))
    assert.doesNotMatch(printed, /geheim|0123456789abcdef|a-remote-api-key/)
    assert.match(printed, /^trunks\[0\]\.password: \*\*\* +\/\/ \S+all-groups\.cfg:22:69$/m)
    assert.match(printed, /^storage\.url: "postgres:\/\/\*\*\*@127\.0\.0\.1\/tandem"/m)
  })
})

test('groups that are not written are off, those with defaults hold', () => {
  const result = loadConfiguration({ name: '/x/y.cfg', text: 'sip_addr: "127.0.0.1"' })
  assert.ok(result.ok)
  const { settings, warnings, notices } = result.value
  for (const name of [
    'admin',
    'webphone',
    'click_to_call',
    'goip',
    'ejoin',
    'smpp',
    'cluster',
    'com_addr',
  ] as const)
    assert.equal(settings[name], undefined)
  assert.deepEqual(settings.security, { exempt: [], block_after: 20, block_minutes: 10 })
  assert.deepEqual(settings.media, { engine: 'embedded', workers: 'auto', servers: [], transcode: [] })
  assert.deepEqual(settings.storage, { kind: 'sqlite', filename: resolve('data/tandem.db') })
  assert.match(settings.user_agent, /^Tandem\/\d+\.\d+\.\d+/)
  assert.deepEqual([settings.timer_t1, settings.timer_t2, settings.timer_t4], [2, 16, 17])
  assert.deepEqual([warnings, notices], [[], []])
})

test('what only one engine of media knows is said of the others', () => {
  const warningsOf = (engine: string) => {
    const media = `media: { engine: "${engine}", servers: "127.0.0.1", keys_addr: "127.0.0.1", transcode: "AMR" }`
    const result = loadConfiguration({ name: '/x/y.cfg', text: `sip_addr: "127.0.0.1", ${media}` })
    assert.ok(result.ok)
    return result.value.warnings
  }
  const said = ['keys_addr', 'transcode'].map(
    (name) => `/x/y.cfg:1: media.${name}: means nothing without engine: "rtpengine"`,
  )
  assert.deepEqual(['rtpengine', 'embedded', 'none'].map(warningsOf), [[], said, said])
})

test('TANDEM_DATA wins over the file; each value knows its source', () => {
  const text = 'data_dir: "here", ue_db_filename: "users.db",\nsip_addr: "127.0.0.1",'
  const own = loadConfiguration({ name: '/x/y.cfg', text })
  const given = loadConfiguration({ name: '/x/y.cfg', text }, { TANDEM_DATA: '/elsewhere' })
  assert.ok(own.ok && given.ok)
  assert.equal(own.value.settings.data_dir, '/x/here')
  assert.equal(own.value.sources.get('data_dir'), '/x/y.cfg:1:11')
  assert.equal(given.value.settings.data_dir, '/elsewhere')
  assert.equal(given.value.sources.get('data_dir'), 'TANDEM_DATA')
  assert.equal(given.value.sources.get('sip_addr[0].addr'), '/x/y.cfg:2:11')
  assert.equal(given.value.sources.get('sip_addr[0].port_min'), 'default')
  assert.deepEqual(given.value.settings.storage, { kind: 'sqlite', filename: '/x/users.db' })
})

test('Diameter addresses fall back as the manual says', () => {
  const result = loadConfiguration({
    name: 'y.cfg',
    text: 'sctp_addr: "10.0.0.1:29118", cx_server_addr: "10.0.0.2"',
  })
  assert.ok(result.ok)
  const { cx_bind_addr, rx_server_addr, rx_bind_addr } = result.value.settings
  assert.deepEqual(cx_bind_addr, { address: '10.0.0.1', port: 0 })
  assert.deepEqual(rx_server_addr, { address: '10.0.0.2', port: 3868 })
  assert.deepEqual(rx_bind_addr, cx_bind_addr)
})

test('a property that asks for nothing is no notice', () => {
  const text =
    'sip_addr: "127.0.0.1", ipsec: false, precondition: 0, subscribe_expires: 0, storage: { url: "sqlite" }, click_to_call: { enabled: false }'
  const result = loadConfiguration({ name: 'y.cfg', text })
  assert.deepEqual(result.ok && result.value.notices, [])
})

test('a file that cannot be read is a problem', () => {
  const result = loadConfiguration('/nowhere/ims.cfg')
  assert.deepEqual(result.ok ? [] : result.error.map(printProblem), [
    '/nowhere/ims.cfg: there is no such file',
  ])
  assert.deepEqual(
    loadConfiguration('/'),
    err([{ file: '/', line: 0, column: 0, property: '', message: 'is a directory' }]),
  )
  assert.equal(printCheck(result), '/nowhere/ims.cfg: there is no such file\n1 problem\n')
})

test('a misspelt name is told beside what is missing without it', () => {
  const result = loadConfiguration({
    name: 'y.cfg',
    text: 'sip_addr: "127.0.0.1", ue_db: [{ impi: "a", impu: "a", pasword: "x" }],',
  })
  const lines = result.ok ? [] : result.error.map(printProblem)
  assert.match(lines[0] ?? '', /^y\.cfg:1:32: ue_db\[0\]\.K: is missing/)
  assert.match(lines[1] ?? '', /^y\.cfg:1:\d+: warning: ue_db\[0\]\.pasword: /)
  assert.match(printCheck(result), /\n1 problem\n$/)
})

test('an open remote API off loopback is warned about', () => {
  const warningsOf = (text: string) => {
    const result = loadConfiguration({
      name: 'y.cfg',
      text: `sip_addr: "127.0.0.1", com_auth: { open: true }, ${text}`,
    })
    return result.ok && result.value.warnings
  }
  assert.deepEqual(warningsOf('com_addr: "0.0.0.0"'), [
    'y.cfg:1: com_auth.open: whoever reaches com_addr rules this server',
  ])
  assert.deepEqual(warningsOf('com_addr: "127.0.0.1"'), [])
})
