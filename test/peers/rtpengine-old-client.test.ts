import { after, before, describe, test } from 'node:test'
import { startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { startRtpengine } from '../support/rtpengine.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { DOMAIN } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { until } from '../support/wait.ts'
import { consultAndSendOn } from '../support/web-consultation.ts'
import { type Driver, newPage, oldPage, startWebTown, storyOf, type WebTown } from '../support/web-town.ts'

const [ALICE, BOB, CAROL] = [440, 1000, 700]

/** Clients of the old dialect keep one peer connection, whichever call they speak in. */
describe('old clients by rtpengine', { skip: without('rtpengine', 'chromium') }, () => {
  let server: Awaited<ReturnType<typeof startRtpengine>>
  let house: WebTown
  let browser: ScriptPages
  before(async () => {
    server = await startRtpengine()
    house = await startWebTown(['alice', 'bob', 'carol'], {
      media: { engine: 'rtpengine', servers: [`127.0.0.1:${server.port}`] },
    })
    browser = await startScriptPages()
  })
  after(async () => {
    await browser?.close()
    await house?.stop()
    await server?.stop()
  })

  const told = async (pages: Driver[], story: () => Promise<void>): Promise<void> => {
    try {
      await story()
    } catch (fault) {
      const text = await storyOf(house, browser, ...pages)
      throw new Error(`${(fault as Error).message}\n${text}\n${server.output().slice(-50000)}`)
    } finally {
      for (const { page } of pages) await page.close()
    }
  }

  test('one asks another, goes back, asks again, and sends its call on to whom it asked', async () => {
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

  test('one asks the echo, which the house is itself, and goes back', async () => {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE })
    const bob = await oldPage(browser, house.wss, { user: 'bob', hertz: BOB })
    await told([alice, bob], async () => {
      await alice.call('bob')
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      const cid = await alice.cid()
      await alice.say(1008, { cid, rto: '600' })
      await alice.hears(ALICE)
      await alice.say(1007, { cid, type: '2' })
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await alice.say(1010, { cid })
      await bob.until(9004, { state: '0' })
    })
  })

  test('pages of policy max-bundle, with sound alone, call and are called', async () => {
    const bundle = 'max-bundle'
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE, bundle })
    const bob = await oldPage(browser, house.wss, { user: 'bob', hertz: BOB, bundle })
    await told([alice, bob], async () => {
      await alice.call('bob')
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await bob.say(1010, { cid: await bob.cid() })
      await alice.until(9004, { state: '0' })
    })
  })

  test('a page of policy max-bundle with a picture calls and is called', async () => {
    const pictures = { video: true, bundle: 'max-bundle' } as const
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE, ...pictures })
    const bob = await oldPage(browser, house.wss, { user: 'bob', hertz: BOB, ...pictures })
    await told([alice, bob], async () => {
      await alice.call('bob')
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await Promise.all([alice.sees(), bob.sees()])
      await alice.say(1010, { cid: await alice.cid() })
      await bob.until(9004, { state: '0' })
    })
  })

  test('a telephone calls somebody with a page of either dialect, and whichever answers is heard', {
    skip: without('baresip'),
  }, async (context) => {
    const address = freshAddress()
    const bob = await startBaresip({
      ...{ user: 'bob', address, domain: DOMAIN, authUser: `bob@${DOMAIN}`, hertz: BOB },
      ...{ registrar: `127.0.0.1:${house.ports.sip}`, password: 'secret-of-bob' },
    })
    context.after(() => bob.stop())
    await bob.registered()
    const old = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE })
    const fresh = await newPage(browser, house, { user: 'alice', hertz: CAROL })
    await told([old, fresh], async () => {
      for (const [page, hertz] of [
        [old, ALICE],
        [fresh, CAROL],
        [old, ALICE],
      ] as const) {
        await Promise.all([old.forget(), fresh.forget()])
        for (const one of [old, fresh]) await one.page.evaluate(`phone.answers = ${one === page}`)
        await bob.command('dial', `sip:alice@${DOMAIN}`)
        await Promise.all([old.until(9002), fresh.until(9002)])
        await page.until(9004, { state: '2' })
        await page.hears(BOB)
        await until('bob hears', () => heardMs(bob.heard().at(-1) ?? new Int16Array(0), hertz) >= 1000)
        const keys = () => bob.events.filter(({ type }) => type === 'CALL_DTMF_START').length
        const before = keys()
        await page.say(1012, { cid: await page.cid(), dtmf: '5' })
        await until('bob hears a key', () => keys() > before)
        await page.say(1010, { cid: await page.cid() })
        await page.until(9004, { state: '0' })
      }
    })
  })
})
