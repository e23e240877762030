import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { seriousFindings, withAxe } from '../support/axe.ts'
import { type Browser, openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { type PhoneServer, startPhoneServer } from '../support/phone-server.ts'
import { holds, until } from '../support/wait.ts'

/** Every screen of the phone, in both themes and languages, looked at by axe-core. */
type Look = { theme: 'light' | 'dark'; language: 'en' | 'zh-Hant'; width: number }

const LOOKS: Look[] = [
  { theme: 'light', language: 'en', width: 1360 },
  { theme: 'dark', language: 'en', width: 400 },
  { theme: 'light', language: 'zh-Hant', width: 400 },
  { theme: 'dark', language: 'zh-Hant', width: 1360 },
]
const HEIGHT = 860

/** Which screens there are, and how one comes to them; the order matters. */
const SCREENS: [name: string, come: (page: Page, server: PhoneServer) => Promise<unknown>][] = [
  ['phone book', (page) => page.getByText('Nordwind Parts').waitFor()],
  [
    'history',
    async (page) => {
      await go(page, 'history', '.past')
      await page.locator('.person-tools [aria-expanded]').click()
      await page.locator('.past-recording').first().waitFor()
    },
  ],
  ['texts', (page) => go(page, 'texts', '.talk >> visible=true')],
  ['conversation', (page) => go(page, 'texts/1002', '.bubble')],
  ['voice mail', (page) => go(page, 'mail', '.voice')],
  ['settings', (page) => go(page, 'settings', '.card')],
  ['call test', (page) => go(page, 'test', '.step')],
  [
    'shortcuts',
    async (page) => {
      await page.keyboard.press('Alt+Slash')
      await page.locator('.sheet').waitFor()
    },
  ],
  [
    'incoming call',
    async (page, server) => {
      await page.keyboard.press('Escape')
      await page.locator('.sheet').waitFor({ state: 'detached' })
      server.ring({ video: true })
      await page.locator('.incoming').waitFor()
    },
  ],
  [
    'sent elsewhere',
    async (page) => {
      await page.keyboard.press('Alt+KeyT')
      await page.locator('.elsewhere').waitFor()
    },
  ],
  [
    'declined call',
    async (page) => {
      await page.keyboard.press('Alt+KeyX')
      await go(page, 'keys', '.lately')
    },
  ],
  [
    'suggestions',
    async (page) => {
      await page.fill('input[name=dial]', 'bo')
      await page.locator('.suggestion').first().waitFor()
    },
  ],
  [
    'call',
    async (page) => {
      await page.keyboard.press('Enter')
      await page.locator('.call-buttons button:not([disabled])').nth(2).waitFor()
    },
  ],
  [
    'keypad in the call',
    async (page) => {
      await page.locator('.call-buttons button').nth(2).click()
      await page.locator('.drawer').waitFor()
    },
  ],
  [
    'transfer',
    async (page) => {
      await page.locator('.call-buttons button').nth(3).click()
      await page.locator('.targets li').first().waitFor()
    },
  ],
  [
    'consultation',
    async (page) => {
      await page.locator('.targets button').first().click()
      await page.locator('.second').waitFor()
    },
  ],
  [
    'second caller',
    async (page, server) => {
      server.ring({ from: '1003', disp: 'Chen Yi-Chun' })
      await page.locator('.knock').waitFor()
    },
  ],
  [
    'no connection',
    async (page, server) => {
      await page.keyboard.press('Alt+KeyX')
      await server.close()
      await page.locator('.status .trouble').waitFor()
    },
  ],
]

const go = async (page: Page, hash: string, sight: string): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${hash}`)}`)
  await page.locator(sight).first().waitFor()
}

describe('screens of the phone', { skip: peer('chromium').skip }, () => {
  for (const { theme, language, width } of LOOKS)
    test(`are usable by all: ${theme}, ${language}, ${width} wide`, { timeout: 240_000 }, async (t) => {
      const server = await startPhoneServer()
      const { context, close } = await openChromium({ viewport: { width, height: HEIGHT } })
      context.setDefaultTimeout(30_000)
      t.after(close)
      t.after(() => server.close())
      await withAxe(context)
      const [page = await context.newPage()] = context.pages()
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(String(error)))
      await page.addInitScript(
        (settings) => localStorage.setItem('tandem.phone.settings', settings),
        JSON.stringify({ theme, language }),
      )
      await page.goto(server.url)
      assert.equal(await page.locator('html').getAttribute('lang'), language)
      for (const [name, come] of SCREENS)
        await t.test(name, async () => {
          await come(page, server)
          assert.deepEqual(await seriousFindings(page), [])
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
          assert.ok(wide <= width, `${wide} pixels in ${width}: it has to be moved sideways`)
        })
      assert.deepEqual(errors, [])
    })

  describe('at the door', () => {
    let server: PhoneServer
    let browser: Browser
    let page: Page
    before(async () => {
      server = await startPhoneServer({ loggedIn: false, empty: true })
      browser = await openChromium({ viewport: { width: 1100, height: 800 } })
      await withAxe(browser.context)
      page = await browser.context.newPage()
    })
    after(async () => {
      await browser?.close()
      await server?.close()
    })

    test('a wrong password is told in plain words', async () => {
      await page.goto(server.url)
      await page.fill('input[name=user]', '1001')
      await page.fill('input[name=password]', 'wrong')
      await page.keyboard.press('Enter')
      await page.getByText('This number and password do not fit together.').waitFor()
      assert.deepEqual(await seriousFindings(page), [])
    })
    test('empty pages say what comes next', async () => {
      await page.fill('input[name=password]', 'wonder')
      await page.keyboard.press('Enter')
      await page.getByText('The phone book is empty.').waitFor()
      for (const hash of ['people', 'history', 'texts', 'mail']) {
        await go(page, hash, '.nothing')
        assert.deepEqual(await seriousFindings(page), [])
      }
    })
    test('a second tab says so, and takes the line over', async () => {
      const second = await browser.context.newPage()
      await second.goto(server.url)
      await second.getByText('The phone is open in another tab.').waitFor()
      assert.deepEqual(await seriousFindings(second), [])
      await second.getByRole('button', { name: 'Use it here' }).click()
      await second.getByText('Ready').waitFor()
      await page.getByText('The phone is open in another tab.').waitFor()
      await second.close()
      await page.getByText('Ready').waitFor()
    })
  })

  test('what others write stays text', async (t) => {
    const server = await startPhoneServer()
    const { context, close } = await openChromium()
    t.after(close)
    t.after(() => server.close())
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByText('Ready').waitFor()
    const nasty = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
    server.ring({ from: '"><svg onload=window.hurt=1>', disp: nasty })
    await page.locator('.incoming h2').waitFor()
    assert.equal(await page.locator('.incoming h2').textContent(), nasty)
    await page.keyboard.press('Alt+KeyX')
    server.say({ op: 9005, id: 'x', from: '1002', to: '1001', msg: nasty, atMs: Date.now(), direction: 'in' })
    await go(page, 'texts', '.talk')
    await holds('the text is shown as it is', async () => {
      assert.ok((await page.locator('.talk-last').first().textContent())?.includes(nasty))
    })
    const taken = () => server.heard.filter(({ op }) => op === 1018).length
    await until('the text is acknowledged', () => taken() > 0)
    await page.waitForTimeout(200)
    assert.equal(await page.evaluate('window.hurt'), undefined)
    assert.equal(taken(), 1)
  })

  test('the channel comes back by itself, and what is shown is true', async (t) => {
    const server = await startPhoneServer()
    const { context, close } = await openChromium()
    t.after(close)
    t.after(() => server.close())
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByText('Ready').waitFor()
    const logins = () => server.heard.filter(({ op }) => op === 1001)
    const before = logins().length
    server.drop()
    const again = await until('the page comes back', () => logins()[before])
    assert.equal(again.resume, 'r')
    await page.getByText('Ready').waitFor()
  })
})
