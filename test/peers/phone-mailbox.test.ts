import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Browser, openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { logOf, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const PEOPLE = { 1001: 'wonder', 1002: 'builder', 1003: 'singer' }
const config = {
  security: { exempt: ['127.0.0.0/8'] },
  webphone: { ws_addr: '127.0.0.1:0', wss_addr: '', phone_http_addr: '', phone_https_addr: '' },
  mailbox: { after: 3 },
  ue_db: Object.entries(PEOPLE).map(([number, password]) => md5User(number, password, number)),
}

/** Of the pages, as far as it is used here. */
declare class AudioContext {
  decodeAudioData(
    octets: ArrayBuffer,
  ): Promise<{ duration: number; getChannelData(at: number): Float32Array }>
}

/** What a browser makes of a file that is played in the page: seconds, and how many of its tenths are not silent. */
const soundOf = (page: Page, player: string): Promise<{ seconds: number; loud: number }> =>
  page.locator(`${player} audio`).evaluate(async (audio) => {
    const file = await fetch((audio as unknown as { src: string }).src)
    const sound = await new AudioContext().decodeAudioData(await file.arrayBuffer())
    const samples = sound.getChannelData(0)
    const tenth = Math.floor(samples.length / (sound.duration * 10))
    let loud = 0
    for (let from = 0; from + tenth <= samples.length; from += tenth)
      if (samples.subarray(from, from + tenth).some((one) => Math.abs(one) > 0.02)) loud++
    return { seconds: sound.duration, loud }
  })

describe('the mailbox in the phone', { skip: peer('chromium').skip }, () => {
  let house: Tandem
  const browsers: Browser[] = []
  before(async () => {
    house = await startTandem({ config })
  })
  after(async () => {
    await Promise.all(browsers.map((browser) => browser.close()))
    await house?.stop()
  })

  const logIn = async (user: keyof typeof PEOPLE): Promise<Page> => {
    const browser = await openChromium({ viewport: { width: 1280, height: 860 } })
    browsers.push(browser)
    browser.context.setDefaultTimeout(15_000)
    const page = await browser.context.newPage()
    page.on('pageerror', (error) => assert.fail(`in the page: ${error.stack}`))
    await page.goto(`http://127.0.0.1:${house.ports.http}/phone/`)
    await page.fill('input[name=user]', `${user}`)
    await page.fill('input[name=password]', PEOPLE[user])
    await page.keyboard.press('Enter')
    await page.locator('.state-well').waitFor()
    return page
  }
  const dial = async (page: Page, number: string) => {
    await page.fill('input[name=dial]', number)
    await page.keyboard.press('Enter')
  }
  const told = (t: { after(f: () => void): void; diagnostic(text: string): void; passed?: boolean }) =>
    t.after(() => {
      if (t.passed === false) t.diagnostic(logOf(house))
    })
  const lamp = (page: Page, number: string) => page.locator('.person', { hasText: number }).locator('.lamp')

  test('a message is left, announced, heard and deleted; nobody takes its owner for busy', async (t) => {
    told(t)
    const [alice, bob, carol] = await Promise.all([logIn(1001), logIn(1002), logIn(1003)])
    await lamp(carol, '1002').getByText('Free').waitFor()
    await dial(alice, '1002')
    await bob.locator('.incoming').waitFor()
    await alice.getByText(/^Voice mail · \d:\d\d$/).waitFor()
    await bob.locator('.incoming').waitFor({ state: 'detached' })
    await lamp(carol, '1001').getByText('Busy').waitFor()
    await lamp(carol, '1002').getByText('Free').waitFor()
    // The greeting, the beep, and some words: the microphone of tests beeps each second.
    await alice.getByText(/^Voice mail · 0:0[89]$/).waitFor()
    await alice.keyboard.press('Alt+KeyX')
    await alice.getByText(/Voice mail · Call ended/).waitFor()
    await alice.keyboard.press('Alt+Digit2')
    await alice
      .locator('.past-out')
      .getByText(/^Voice mail · 0:/)
      .waitFor()

    await bob.locator('.rail-mail .badge', { hasText: '1' }).waitFor()
    await bob.keyboard.press('Alt+Digit2')
    await bob.locator('.past-missed').getByText('Missed, with a message').waitFor()
    await bob.getByRole('button', { name: /^Go to the message of / }).click()
    const message = bob.locator('.voice-new')
    await message.waitFor()
    assert.match(await message.innerText(), /1001/)
    const { seconds, loud } = await soundOf(bob, '.voice')
    assert.ok(seconds > 2 && loud >= 3, `${seconds} s, ${loud} tenths of it are heard`)
    await bob.getByRole('button', { name: /^Play Message of / }).click()
    await until('it plays', () =>
      bob
        .locator('.voice audio')
        .evaluate((audio) => (audio as unknown as { currentTime: number }).currentTime > 0.5),
    )
    await bob.locator('.rail-mail .badge').waitFor({ state: 'detached' })
    assert.equal(await message.count(), 0, 'it is no longer new')

    await bob.getByRole('button', { name: /^Delete the message of / }).click()
    await bob.getByText('No messages.').waitFor()
    await bob.reload()
    await bob.getByText('No messages.').waitFor()
    await Promise.all([alice.close(), bob.close(), carol.close()])
  })

  test('one’s own number opens it at once; a number elsewhere is kept for the next time', async (t) => {
    told(t)
    const page = await logIn(1003)
    await dial(page, '1003')
    await page.getByText(/^Voice mail · \d:\d\d$/).waitFor()
    // There is nothing to hear: it says so, and hangs up.
    await page.locator('.dial').waitFor()
    await dial(page, '777@pbx.example')
    await page.locator('.lately').getByText('Nobody has this number.').waitFor()
    await page.keyboard.press('Alt+Digit2')
    await page.locator('.past', { hasText: 'Voice mail' }).first().waitFor()
    await page.locator('.past', { hasText: '777@pbx.example' }).waitFor()
    await page.getByRole('button', { name: 'Redial 777@pbx.example' }).waitFor()
    await page.close()
  })

  test('who is put through to one is told so, and leaves a message', async (t) => {
    told(t)
    const [alice, bob] = await Promise.all([logIn(1001), logIn(1002)])
    await dial(alice, '1002')
    await bob.locator('.incoming').waitFor()
    await bob.keyboard.press('Alt+KeyA')
    await bob.getByText(/Sound: (Excellent|Good|Fair)/).waitFor()
    await bob.getByRole('button', { name: 'Transfer', exact: true }).click()
    await bob.locator('.transfer input').fill('1003')
    await bob.getByRole('button', { name: 'Transfer now' }).click()
    await alice.getByText(/^Voice mail · \d:\d\d$/).waitFor()
    // The greeting, the beep, and some words.
    await alice.waitForTimeout(8000)
    await alice.keyboard.press('Alt+KeyX')
    await Promise.all([alice.close(), bob.close()])
    const carol = await logIn(1003)
    await carol.locator('.rail-mail .badge', { hasText: '1' }).waitFor()
    await carol.locator('.rail-mail').click()
    await carol.locator('.voice-new').click()
    const { seconds, loud } = await soundOf(carol, '.voice')
    assert.ok(seconds > 2 && loud >= 3, `${seconds} s, ${loud} tenths of it are heard`)
    await carol.close()
  })

  test('of a recorded call it is told who speaks, and each is heard', async (t) => {
    told(t)
    const [alice, bob] = await Promise.all([logIn(1001), logIn(1002)])
    await dial(alice, '1002')
    await bob.locator('.incoming').waitFor()
    await bob.keyboard.press('Alt+KeyA')
    await bob.getByText(/Sound: (Excellent|Good|Fair)/).waitFor()
    await bob.getByRole('button', { name: 'Mute' }).click()
    await alice.getByRole('button', { name: 'Record' }).click()
    await alice.locator('.recording').waitFor()
    await alice.waitForTimeout(4000)
    await alice.keyboard.press('Alt+KeyX')
    await alice.keyboard.press('Alt+Digit2')
    await alice
      .getByRole('button', { name: /^Recording of the call with / })
      .first()
      .click()
    const voices = alice.locator('.past-recording')
    await voices.nth(1).waitFor()
    const [own, other] = await voices.locator('b').allInnerTexts()
    assert.deepEqual([own, /1002/.test(other ?? '')], ['You', true])
    const heard = await soundOf(alice, '.past-recording:nth-child(1)')
    const silent = await soundOf(alice, '.past-recording:nth-child(2)')
    assert.ok(heard.loud >= 3, 'who recorded was heard')
    assert.ok(silent.loud <= 1, `who had muted was not: ${silent.loud}`)
    await Promise.all([alice.close(), bob.close()])
  })
})
