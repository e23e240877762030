import { after, before, describe, test } from 'node:test'
import { startFirefoxPages } from '../support/firefox.ts'
import { without } from '../support/peers.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { newPage, startWebTown, storyOf, type WebTown } from '../support/web-town.ts'

/** What Firefox's test microphone says; the other one is not to be mistaken for it. */
const [FIREFOX, CHROMIUM] = [440, 1000]

type Page = Awaited<ReturnType<typeof newPage>>

describe('Firefox', { skip: without('firefox-esr') }, () => {
  let house: WebTown
  let firefox: ScriptPages
  before(async () => {
    house = await startWebTown(['alice', 'bob'])
    firefox = await startFirefoxPages()
  })
  after(async () => {
    await firefox?.close()
    await house?.stop()
  })

  test('hears itself at the echo service', async () => {
    const alice = await newPage(firefox, house, { user: 'alice', hertz: FIREFOX })
    try {
      await alice.call('600')
      await alice.until(9004, { state: '2' })
      await alice.hearsSound()
      await alice.say(1010, { cid: await alice.cid() })
      await alice.until(9004, { state: '0' })
    } catch (fault) {
      throw new Error(`${(fault as Error).message}\n${await storyOf(house, firefox, alice)}`)
    } finally {
      await alice.page.close()
    }
  })

  describe('and Chromium', { skip: without('chromium') }, () => {
    let chromium: ScriptPages
    before(async () => {
      chromium = await startScriptPages()
    })
    after(async () => void (await chromium?.close()))

    /** Firefox has no ear without a sound card: its figures say that sound came. */
    const talk = async (caller: Page, called: Page, pages: { fox: Page; other: Page }) => {
      try {
        await caller.call(called.user)
        await Promise.all([caller.until(9004, { state: '2' }), called.until(9004, { state: '2' })])
        await Promise.all([pages.fox.hearsSound(), pages.other.hears(FIREFOX)])
        await Promise.all([pages.fox.sees(), pages.other.sees()])
        await caller.say(1010, { cid: await caller.cid() })
        await called.until(9004, { state: '0' })
      } catch (fault) {
        throw new Error(`${(fault as Error).message}\n${await storyOf(house, chromium, caller, called)}`)
      } finally {
        await caller.page.close()
        await called.page.close()
      }
    }
    const both = async () => ({
      fox: await newPage(firefox, house, { user: 'alice', hertz: FIREFOX, video: true }),
      other: await newPage(chromium, house, { user: 'bob', hertz: CHROMIUM, video: true }),
    })
    test('Firefox calls Chromium, with picture', async () => {
      const pages = await both()
      await talk(pages.fox, pages.other, pages)
    })
    test('Chromium calls Firefox, with picture', async () => {
      const pages = await both()
      await talk(pages.other, pages.fox, pages)
    })
  })
})
