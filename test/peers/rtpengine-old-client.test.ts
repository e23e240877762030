import { after, before, describe, test } from 'node:test'
import { without } from '../support/peers.ts'
import { startRtpengine } from '../support/rtpengine.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
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
    await told([alice, bob, carol], async () => {
      await alice.call('bob')
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      const cid = await alice.cid()
      await alice.say(1008, { cid, rto: 'carol' })
      await alice.until(9007, { cid, state: '2' })
      await Promise.all([alice.hears(CAROL), carol.hears(ALICE), bob.silent()])
      await alice.say(1007, { cid, type: '2' })
      await alice.until(9007, { cid, state: '0' })
      await Promise.all([alice.hears(BOB), bob.hears(ALICE)])
      await alice.forget()
      await carol.forget()
      await alice.say(1008, { cid, rto: 'carol' })
      await alice.until(9007, { cid, state: '2' })
      await alice.hears(CAROL)
      await alice.say(1010, { cid })
      await alice.until(9004, { cid, state: '0', cause: '200' })
      await Promise.all([bob.hears(CAROL), carol.hears(BOB)])
      await carol.say(1010, { cid: await carol.cid() })
      await bob.until(9004, { state: '0' })
    })
  })
})
