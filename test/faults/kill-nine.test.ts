import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { peer } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { runSipp, type Sipp, type SippOptions, startSipp } from '../support/sipp.ts'
import { DOMAIN, logOf, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder')],
}

type Users = {
  items: { impi: string; registered: boolean; bindings: { contact: string; expiresInS: number }[] }[]
}
type Calls = { items: { state: string; endedAt?: string; cause?: string; dialled: string }[] }

/** The process dies without a word, as in a power cut, and is started again on what it left behind. */
describe('kill -9', { skip: peer('sipp').skip }, () => {
  let house: Tandem
  const [alice, bob] = [freshAddress(), freshAddress()]
  const ports: Record<string, number> = {}
  const sipp = (address: string, scenario: string, words: Record<string, string | number>): SippOptions => ({
    ...{ scenario, to: `127.0.0.1:${house.ports.sip}`, address, port: ports[address] as number, words },
  })
  const caller = {
    user: 'alice',
    callee: 'bob',
    domain: DOMAIN,
    auth_user: `alice@${DOMAIN}`,
    password: 'wonder',
  }
  const bindingsOf = async (user: string) =>
    (await house.rest<Users>('/users')).items.find(({ impi }) => impi === `${user}@${DOMAIN}`)?.bindings ?? []

  before(async () => {
    for (const address of [alice, bob]) ports[address] = await freePort(address)
    house = await startTandem({ config })
  })
  after(async () => {
    await house?.stop()
  })

  test('keeps registrations, and closes the records of calls that were under way', async () => {
    const credentials = `username=bob@${DOMAIN} password=builder`
    const contact = `${bob}:${ports[bob]}`
    const registered = await runSipp(
      sipp(bob, 'register', { user: 'bob', domain: DOMAIN, contact, expires: 600, credentials }),
    )
    assert.ok(registered.passed, registered.report)

    const running: Sipp[] = [
      await startSipp(sipp(bob, 'called', { ring_ms: 10 })),
      await startSipp(sipp(alice, 'call', { ...caller, talk_ms: 20_000 })),
    ]
    const answered = async () =>
      (await house.rest<Calls>('/calls')).items.some(({ state }) => state === 'answered')
    await until('the call stands', answered).catch(async (why: Error) => {
      for (const one of running) await one.stop()
      const reports = await Promise.all(running.map(async ({ done }) => (await done).report))
      assert.fail(`${why.message}\n${reports.join('\n')}\n${logOf(house)}`)
    })
    // Records and registrations are written in groups in the background; a call that stands longer is on disk.
    await new Promise((resolve) => setTimeout(resolve, 3000))
    await house.kill9()
    for (const one of running) await one.stop()

    house = await house.again()
    const [binding] = await bindingsOf('bob')
    assert.ok(binding, 'bob is still registered')
    assert.ok(binding.contact.includes(contact))
    assert.ok(binding.expiresInS > 500 && binding.expiresInS <= 600, `${binding.expiresInS} s left`)
    const { items } = await house.rest<Calls>('/calls')
    assert.equal(items.length, 1)
    assert.equal(items[0]?.state, 'ended')
    assert.equal(items[0]?.cause, 'restart')
    assert.ok(items[0]?.endedAt)
  })

  test('and the next call reaches the phone without a new registration', async () => {
    const called = await startSipp(sipp(bob, 'called', { ring_ms: 10 }))
    const first = await runSipp(sipp(alice, 'call', { ...caller, talk_ms: 100 }))
    if (!first.passed) await called.stop()
    const second = await called.done
    assert.ok(first.passed && second.passed, `${first.report}\n${second.report}`)
  })

  test('dies ten times in the middle of registrations, and starts ten times', async () => {
    for (let round = 0; round < 10; round++) {
      const credentials = `username=alice@${DOMAIN} password=wonder`
      const words = {
        user: 'alice',
        domain: DOMAIN,
        contact: `${alice}:${ports[alice]}`,
        expires: 600,
        credentials,
      }
      const going = await startSipp(sipp(alice, 'register', words))
      await house.kill9()
      await going.stop()
      house = await house.again()
    }
    assert.equal((await bindingsOf('bob')).length, 1)
  })
})
