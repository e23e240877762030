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

  const dialogInfo = (version: number, dialogs: string): string =>
    `<?xml version="1.0"?>
    <dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="sip:bob@${DOMAIN}">
    ${dialogs}
    </dialog-info>`

  test('its phones in use are seen', async () => {
    const dialog = '<dialog id="a1" direction="recipient"><state>STATE</state></dialog>'
    const exchange = await sipp('notifying', {
      ...{ event: 'dialog', type: 'application/dialog-info+xml', accept: 'dialog-info.xml' },
      first: dialogInfo(0, dialog.replace('STATE', 'early')),
      second: dialogInfo(1, dialog.replace('STATE', 'confirmed')),
    })
    alice.say(1014, { blf: 1, ext: ['bob'] })
    await alice.next(9012, { ext: 'bob', lamp: 'ringing', direction: 'in' })
    await alice.next(9012, { ext: 'bob', lamp: 'busy' })
    alice.say(1014, { blf: 0, ext: ['bob'] })
    const { passed, report } = await exchange.done
    assert.ok(passed, `${report}\n${logOf(house)}`)
  })

  test('a transfer that comes to nothing gives the call back', () =>
    story('called-refers-in-vain', { domain: DOMAIN }, 486))

  test('what waits in its mailbox is told', async () => {
    const summary = (news: number): string =>
      `Messages-Waiting: ${news > 0 ? 'yes' : 'no'}\n    Voice-Message: ${news}/3 (0/0)`
    const exchange = await sipp('notifying', {
      ...{ event: 'message-summary', type: 'application/simple-message-summary', accept: 'simple' },
      ...{ first: summary(2), second: summary(0) },
    })
    const resume = alice.heard.find(({ op }) => op === 2001)?.resume
    assert.ok(resume)
    alice.close()
    alice = await socketClient(house, 'alice', 'json', { resume, mwi: 1 })
    const told = await alice.next(9011, { new: 2 })
    assert.equal(told.old, 3)
    await alice.next(9011, { new: 0 })
    alice.say(1002)
    const { passed, report } = await exchange.done
    assert.ok(passed, `${report}\n${logOf(house)}`)
  })
})
