import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { without } from '../support/peers.ts'
import { freePort, portRange, withoutIpv6 } from '../support/ports.ts'
import { runSipp, type SippOptions, startSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, startTandem, type Tandem } from '../support/tandem.ts'

const HOSTS = { four: '127.0.0.1', six: '::1' } as const
type Version = keyof typeof HOSTS
const USERS = { four: ['alice', 'wonder'], six: ['bob', 'builder'] } as const

/** One phone knows IPv4 only, the other IPv6 only; the house stands between them. */
describe('IPv4 and IPv6', { skip: without('sipp') || (await withoutIpv6()) }, () => {
  let house: Tandem
  const servers: Record<Version, string> = { four: '', six: '' }
  const phones: Record<Version, number> = { four: 0, six: 0 }
  const at = (version: Version, scenario: string, words: SippOptions['words'] = {}): SippOptions => ({
    ...{ scenario, to: servers[version], address: HOSTS[version], port: phones[version], words },
  })

  before(async () => {
    for (const version of ['four', 'six'] as const) {
      const [host, port] = [HOSTS[version], await freePort(HOSTS[version])]
      servers[version] = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
      phones[version] = await freePort(host)
    }
    const media = portRange(100)
    const ports = { port_min: media.from, port_max: media.to }
    const sip_addr = [
      { addr: servers.four, ...ports },
      { addr: servers.six, ...ports },
    ]
    const ue_db = [md5User(...USERS.four), md5User(...USERS.six)]
    house = await startTandem({ config: { sip_addr, ue_db, security: { exempt: ['127.0.0.0/8', '::1'] } } })
    for (const version of ['four', 'six'] as const) {
      const [user, password] = USERS[version]
      const credentials = `username=${user}@${DOMAIN} password=${password}`
      const words = { user, domain: DOMAIN, contact: '[local_ip]:[local_port]', expires: 600, credentials }
      const { passed, report } = await runSipp(at(version, 'register', words))
      assert.ok(passed, report)
    }
  })
  after(async () => {
    await house?.stop()
  })

  for (const [from, to] of [
    ['four', 'six'],
    ['six', 'four'],
  ] as const)
    test(`a call from ${HOSTS[from]} to ${HOSTS[to]} is described to each in its own family`, async () => {
      const [user, password] = USERS[from]
      const words = { user, callee: USERS[to][0], domain: DOMAIN, auth_user: `${user}@${DOMAIN}`, password }
      const called = await startSipp(at(to, 'called', { ring_ms: 10 }))
      const caller = await runSipp(at(from, 'call', { ...words, talk_ms: 100 }))
      if (!caller.passed) await called.stop()
      const answered = await called.done
      assert.ok(caller.passed && answered.passed, `${caller.report}\n${answered.report}`)
      const family = { four: 'IP4', six: 'IP6' }
      const seen = (messages: string) => new Set(messages.match(/^c=IN IP./gm))
      assert.deepEqual([...seen(caller.messages)], [`c=IN ${family[from]}`])
      assert.deepEqual([...seen(answered.messages)], [`c=IN ${family[to]}`])
    })
})
