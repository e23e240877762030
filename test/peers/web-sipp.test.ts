import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { runSipp, type Sipp, startSipp } from '../support/sipp.ts'
import { DOMAIN } from '../support/tandem.ts'
import { browserSdp } from '../support/web-clients.ts'
import { type SocketClient, socketClient } from '../support/web-socket-client.ts'
import { startWebTown, type WebTown } from '../support/web-town.ts'

/** What a browser answers: it begins the handshake. */
const ANSWER = browserSdp('page').replace('setup:actpass', 'setup:active')

/** Bob is SIPp, Alice a web phone without a face: her media never come, but everything is agreed on. */
describe('web phones and SIPp', { skip: without('sipp') }, () => {
  let house: WebTown
  let alice: SocketClient
  const address = freshAddress()
  let port = 0
  const to = (): string => `127.0.0.1:${house.ports.sip}`

  before(async () => {
    port = await freePort(address)
    house = await startWebTown(['alice', 'bob'])
    const credentials = `username=bob@${DOMAIN} password=secret-of-bob`
    const words = {
      user: 'bob',
      domain: DOMAIN,
      contact: `${address}:${port};transport=udp`,
      expires: 600,
      credentials,
    }
    const registered = await runSipp({ scenario: 'register', to: to(), address, port, words })
    assert.ok(registered.passed, registered.report)
    alice = await socketClient(house, 'alice')
  })
  after(async () => {
    alice?.close()
    await house?.stop()
  })

  const called = (scenario: string, words: Record<string, number> = {}): Promise<Sipp> =>
    startSipp({ scenario, to: to(), address, port, words })
  const passes = async (sipp: Sipp): Promise<void> => {
    const { passed, report } = await sipp.done
    assert.ok(passed, report)
  }
  const call = (scenario: string): Promise<Sipp> => {
    const words = {
      user: 'bob',
      callee: 'alice',
      domain: DOMAIN,
      auth_user: `bob@${DOMAIN}`,
      password: 'secret-of-bob',
    }
    return startSipp({ scenario, to: to(), address, port, words: { ...words, talk_ms: 300 } })
  }
  const dial = async (): Promise<string> => {
    alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
    return String((await alice.next(2003, { code: 0 })).cid)
  }

  test('early media first, then another answer: the browser hears one of them', async () => {
    const bob = await called('called-other-answer', { ring_ms: 200 })
    const cid = await dial()
    await alice.next(9003, { cid })
    await alice.next(9004, { cid, state: 2 })
    assert.equal(alice.heard.filter((one) => one.op === 9003 && one.cid === cid).length, 1)
    alice.say(1010, { cid })
    await passes(bob)
  })

  test('held at the moment when the other side wants something too: it is tried again', async () => {
    const bob = await called('called-glare')
    const cid = await dial()
    await alice.next(9004, { cid, state: 2 })
    alice.say(1007, { cid, type: 1 })
    await alice.next(9004, { cid, state: 3 })
    alice.say(1007, { cid, type: 0 })
    await alice.next(9004, { cid, state: 2 })
    alice.say(1010, { cid })
    await passes(bob)
  })

  test("a caller without an offer gets the browser's, made by the engine", async () => {
    const bob = await call('call-late')
    const { cid, sdp } = await alice.next(9002)
    assert.match(String(sdp), /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF /m)
    alice.say(1006, { cid })
    alice.say(1004, { cid, sdp: ANSWER })
    await alice.next(9004, { cid, state: 2 })
    await passes(bob)
    await alice.next(9004, { cid, state: 0 })
  })

  test('a session that is refreshed does not bother the browser', async () => {
    const bob = await call('call-reinvite')
    const { cid } = await alice.next(9002)
    alice.say(1004, { cid, sdp: ANSWER })
    await alice.next(9004, { cid, state: 2 })
    const before = alice.heard.length
    await passes(bob)
    await alice.next(9004, { cid, state: 0 })
    assert.deepEqual(
      alice.heard.slice(before).map(({ op, state }) => [op, state]),
      [[9004, '0']],
    )
  })

  test('a call centre says by which name it knows the call, and who serves it', async () => {
    const bob = await called('called-agent', { ring_ms: 100 })
    const cid = await dial()
    await alice.next(9004, { cid, state: 1, aid: 'acd-77' })
    await alice.next(9010, { cid, agtel: '1234' })
    await alice.next(9004, { cid, state: 2, aid: 'acd-77' })
    alice.say(1010, { cid })
    await passes(bob)
  })

  test('digits of INFO are taken', async () => {
    const bob = await call('call-info')
    const { cid } = await alice.next(9002)
    alice.say(1004, { cid, sdp: ANSWER })
    await passes(bob)
    await alice.next(9004, { cid, state: 0 })
  })
})
