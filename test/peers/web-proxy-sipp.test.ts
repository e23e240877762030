import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { startSipp } from '../support/sipp.ts'
import { DOMAIN, logOf } from '../support/tandem.ts'
import { browserSdp } from '../support/web-clients.ts'
import { startProxyTown } from '../support/web-proxy.ts'
import { type SocketClient, socketClient } from '../support/web-socket-client.ts'

describe('SIPp as the exchange of web phones', { skip: without('sipp') }, () => {
  const address = freshAddress()
  let port = 0
  let house: Awaited<ReturnType<typeof startProxyTown>>
  let alice: SocketClient

  const sipp = (scenario: string, words: Record<string, string> = {}) => {
    const to = `127.0.0.1:${house.local}`
    return startSipp({ scenario, to, address, port, words })
  }
  before(async () => {
    port = await freePort(address)
    house = await startProxyTown(port, { address, users: ['alice'] })
    const registrar = await sipp('registrar')
    alice = await socketClient(house, 'alice', 'json')
    const { passed, report } = await registrar.done
    assert.ok(passed, report)
  })
  after(async () => {
    alice?.close()
    await house?.stop()
  })

  const story = async (scenario: string, words: Record<string, string>, cause: number): Promise<void> => {
    const exchange = await sipp(scenario, words)
    alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
    const { cid } = await alice.next(2003, { code: 0 })
    await alice.next(9004, { cid, state: 2 })
    alice.say(1013, { cid, rec: 1 })
    await alice.next(9014, { cid, rec: 0, cause: 403 })
    alice.say(1015, { cid, to: 'carol' })
    await alice.next(9004, { cid, state: 2, cause })
    alice.say(1010, { cid })
    await alice.next(9004, { cid, state: 0 })
    const { passed, report } = await exchange.done
    assert.ok(passed, `${report}\n${logOf(house)}`)
  }

  test('a transfer that is refused gives the call back, and says why', () =>
    story('called-refers-not', { refer: '403 Forbidden' }, 403))

  test('a transfer that comes to nothing gives the call back', () =>
    story('called-refers-in-vain', { domain: DOMAIN }, 486))
})
