import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { peer, without } from '../support/peers.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { DOMAIN } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { until } from '../support/wait.ts'
import { consultAndSendOn } from '../support/web-consultation.ts'
import { newPage, oldPage, sipPage, startWebTown, storyOf, type WebTown } from '../support/web-town.ts'

const [ALICE, BOB, CAROL] = [440, 1000, 700]

type CallPage = { items: { state: string }[] }
const liveCalls = async (house: WebTown): Promise<number> =>
  (await house.rest<CallPage>('/calls?limit=100')).items.filter(({ state }) => state !== 'ended').length

describe('web phones in a real browser', { skip: peer('chromium').skip }, () => {
  let house: WebTown
  let browser: ScriptPages
  before(async () => {
    house = await startWebTown(['alice', 'bob', 'carol'])
    browser = await startScriptPages()
  })
  after(async () => {
    await browser?.close()
    await house?.stop()
  })
  /** Says what was heard when the story goes wrong. */
  const told = async (pages: Parameters<typeof storyOf>[2][], story: () => Promise<void>): Promise<void> => {
    try {
      await story()
    } catch (fault) {
      const text = await storyOf(house, browser, ...pages)
      throw new Error(`${(fault as Error).message}\n${text}`)
    } finally {
      for (const { page } of pages) await page.close()
    }
    await until('no call is left', async () => (await liveCalls(house)) === 0)
  }

  test('an old client calls the echo service and hears itself', async () => {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE })
    await told([alice], async () => {
      await alice.call('600')
      await alice.until(9004, { state: '2' })
      await alice.hears(ALICE)
      await alice.say(1010, { cid: await alice.cid() })
      await alice.until(9004, { state: '0' })
    })
  })

  test('an old client calls another: each hears the other, holds, and comes back', async () => {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE })
    const bob = await oldPage(browser, house.ws, { user: 'bob', hertz: BOB })
    await told([alice, bob], async () => {
      await alice.call('bob')
      await Promise.all([alice.until(9004, { state: '2' }), bob.until(9004, { state: '2' })])
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await alice.say(1007, { cid: await alice.cid(), type: '1' })
      await alice.until(9004, { state: '3' })
      await bob.until(9004, { state: '4' })
      await bob.silent()
      await alice.forget()
      await alice.say(1007, { cid: await alice.cid(), type: '0' })
      await alice.until(9004, { state: '2' })
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await bob.say(1010, { cid: await bob.cid() })
      await alice.until(9004, { state: '0' })
    })
  })

  test('a tab that is closed ends its call soon, one that is cut keeps it', async () => {
    const alice = await newPage(browser, house, { user: 'alice', hertz: ALICE })
    const bob = await newPage(browser, house, { user: 'bob', hertz: BOB, answers: true })
    await told([bob], async () => {
      await alice.call('bob')
      await alice.until(9004, { state: '2' })
      await alice.cut()
      await alice.comeBack()
      await alice.page.close()
      await bob.until(9004, { state: '0' }, 40_000)
    })
  })

  test('an old client asks, and sends its call on to whom it asked', async () => {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE })
    const bob = await oldPage(browser, house.wss, { user: 'bob', hertz: BOB })
    const carol = await newPage(browser, house, { user: 'carol', hertz: CAROL })
    await told([alice, bob, carol], () =>
      consultAndSendOn(
        { page: alice, hertz: ALICE },
        { page: bob, hertz: BOB },
        { page: carol, hertz: CAROL },
      ),
    )
  })

  test('a new client shows a picture, loses its connection, and the call goes on', async () => {
    const alice = await newPage(browser, house, { user: 'alice', hertz: ALICE, video: true })
    const bob = await newPage(browser, house, { user: 'bob', hertz: BOB, video: true })
    await told([alice, bob], async () => {
      await alice.call('bob')
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await Promise.all([alice.sees(), bob.sees()])
      await alice.cut()
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await alice.comeBack()
      await alice.until(9003, { kind: 'answer' })
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await Promise.all([alice.sees(), bob.sees()])
      await bob.say(1010, { cid: await bob.cid() })
      await alice.until(9004, { state: '0' })
    })
  })

  test('a picture comes into a call that began without one', async () => {
    const alice = await newPage(browser, house, { user: 'alice', hertz: ALICE })
    const bob = await newPage(browser, house, { user: 'bob', hertz: BOB })
    await told([alice, bob], async () => {
      await alice.call('bob')
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await alice.addPicture()
      await bob.sees()
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await alice.say(1010, { cid: await alice.cid() })
      await bob.until(9004, { state: '0' })
    })
  })

  test('a baresip phone calls and is called', { skip: without('baresip') }, async () => {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE })
    const bob = await startBaresip({
      ...{ address: freshAddress(), user: 'bob', domain: DOMAIN, authUser: `bob@${DOMAIN}` },
      ...{ password: 'secret-of-bob', registrar: `127.0.0.1:${house.ports.sip}`, hertz: BOB },
    })
    const hears = () =>
      until('bob hears alice', () => heardMs(bob.heard().at(-1) ?? new Int16Array(0), ALICE) >= 1000)
    await told([alice], async () => {
      await bob.registered()
      await alice.call('bob')
      await alice.until(9004, { state: '2' })
      await Promise.all([alice.hears(BOB), hears()])
      await bob.command('hangup')
      await alice.until(9004, { state: '0' })
      await alice.forget()
      await bob.command('dial', `sip:alice@${DOMAIN}`)
      await alice.until(9004, { state: '2' })
      await Promise.all([alice.hears(BOB), hears()])
      const from = bob.events.length
      await alice.say(1010, { cid: await alice.cid() })
      await bob.event('CALL_CLOSED', { from })
    }).finally(() => bob.stop())
  })

  test('a page with SIP.js calls a web phone, holds, and is called', async () => {
    const alice = await newPage(browser, house, { user: 'alice', hertz: ALICE })
    const bob = await sipPage(browser, house, { user: 'bob', hertz: BOB })
    await told([alice, bob], async () => {
      await bob.call('alice')
      await alice.until(9004, { state: '2' })
      await bob.answered()
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await bob.hold(true)
      await alice.until(9004, { state: '4' })
      await alice.forget()
      await bob.hold(false)
      await alice.until(9004, { state: '2' })
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await bob.hangUp()
      // Else SIP.js takes the next call for a second one, and refuses it.
      await bob.over()
      await alice.until(9004, { state: '0' })
      await alice.forget()
      await bob.forget()
      await alice.call('bob')
      await alice.until(9004, { state: '2' })
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await alice.say(1010, { cid: await alice.cid() })
      await bob.over()
    })
  })

  test('pages of other sites do not get in', async () => {
    const response = await fetch(house.ws.replace('ws:', 'http:'))
    assert.equal(response.status, 426)
    const page = await browser.open('new-client')
    const outcome = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url, 'web-call-protocol')
          socket.onopen = () => resolve('open')
          socket.onerror = () => resolve('refused')
        }),
      house.ws.replace('127.0.0.1', '127.0.0.2'),
    )
    assert.equal(outcome, 'refused')
    await page.close()
  })
})
