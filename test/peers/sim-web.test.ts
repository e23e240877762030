import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startProgram } from '../support/program.ts'
import { logOf, node } from '../support/tandem.ts'
import { startWebTown, type WebTown } from '../support/web-town.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

describe('tandem sim web', () => {
  let house: WebTown
  before(async () => {
    house = await startWebTown(['alice', 'bob'])
  })
  after(async () => void (await house?.stop()))

  const phone = (user: string, ...more: string[]) =>
    startProgram(node, [
      ...[main, 'sim', 'web', '--phone', `http://127.0.0.1:${house.ports.http}`, '--user', user],
      ...more,
    ])
  const withPassword = (user: string, ...more: string[]) =>
    phone(user, '--password', `secret-of-${user}`, ...more)

  test('calls, is answered, and texts', async () => {
    const bob = withPassword('bob', '--answer', '100', '--seconds', '120')
    await bob.waitFor(/^registered/m)
    const alice = withPassword('alice', '--call', 'bob', '--text', 'bob:Grüße', '--seconds', '60')
    await alice.waitFor(/call \S+ connected/)
    await alice.waitFor(/text \S+ delivered/)
    const { code } = await alice.stop(20_000)
    assert.equal(code, 0, `${alice.output()}\n${bob.output()}\n${logOf(house)}`)
    await bob.waitFor(/call \S+ from alice/)
    await bob.waitFor(/text from alice - Grüße/)
    await bob.waitFor(/call \S+ ended/)
    assert.equal((await bob.stop(20_000)).code, 0)
  })

  test('calls the echo service with a token', async () => {
    const alice = phone('alice', '--token', await house.token('alice'), '--call', '600', '--seconds', '5')
    assert.equal((await alice.ended).code, 0, `${alice.output()}\n${logOf(house)}`)
  })

  test('says what is wrong', async () => {
    const stranger = phone('alice', '--password', 'wrong')
    assert.equal((await stranger.ended).code, 1)
    assert.match(stranger.output(), /login refused: 401/)
    const nobody = withPassword('alice', '--call', 'nobody', '--seconds', '5')
    assert.equal((await nobody.ended).code, 1)
    assert.match(nobody.output(), /ended 404/)
    const unclear = phone('alice', '--text', 'hello')
    assert.equal((await unclear.ended).code, 1)
    assert.match(unclear.output(), /--password or --token is needed\n.*--text: expected/)
  })
})
