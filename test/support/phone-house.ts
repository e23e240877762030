import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { type Browser, openChromium } from './chromium.ts'
import { logOf, md5User, startTandem } from './tandem.ts'
import { until } from './wait.ts'

const PASSWORDS = { 1001: 'wonder', 1002: 'builder', 1003: 'singer' }
type User = keyof typeof PASSWORDS

/** What people do at a page of the built-in phone, and what they then see. */
export const ready = (page: Page) => page.locator('.state-well').waitFor()
/** Packets come, by the phone's own verdict. */
export const hears = (page: Page) => page.getByText(/Sound: (Excellent|Good|Fair)/).waitFor()
export const quiet = (page: Page) => page.locator('.dial').waitFor()
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

export const logIn = async (page: Page, user: string, password: string): Promise<void> => {
  await page.fill('input[name=user]', user)
  await page.fill('input[name=password]', password)
  await page.keyboard.press('Enter')
  await ready(page)
}

export const dial = async (page: Page, number: string): Promise<void> => {
  await page.fill('input[name=dial]', number)
  await page.keyboard.press('Enter')
}

/** A dialogue's field has the focus a moment after it is there: what is typed before goes elsewhere. */
export const focused = (page: Page, field: string) => page.locator(`${field}:focus`).waitFor()

export const take = async (page: Page): Promise<void> => {
  await page.locator('.incoming').waitFor()
  await page.keyboard.press('Alt+KeyA')
}

/** Records are written a moment after their calls, and the page asks for them when one comes to it: so one comes again. */
export const inHistory = (page: Page, sight: Locator): Promise<true> =>
  until('the call is in the history', async () => {
    for (const key of ['Alt+Digit1', 'Alt+Digit2']) await page.keyboard.press(key)
    await sight.first().waitFor({ timeout: 3000 })
    return true
  })

/** Two people talking; the second one was called. */
export const talk = async (a: Page, b: Page, number: string): Promise<void> => {
  await dial(a, number)
  await take(b)
  await Promise.all([hears(a), hears(b)])
}

/** Whoever is in a call asks a third one, who takes that up. */
export const consult = async (asks: Page, third: Page, number: string): Promise<void> => {
  await press(asks, 'Transfer')
  await asks.locator('.transfer input').fill(number)
  await press(asks, 'Ask first')
  await take(third)
  await asks.getByText('You are talking').waitFor()
  await hears(third)
}

/** A whole house for three people, each with a browser of their own. */
export const openPhoneHouse = async (more: Record<string, unknown> = {}) => {
  const house = await startTandem({
    config: {
      security: { exempt: ['127.0.0.0/8'] },
      webphone: { ws_addr: '127.0.0.1:0', wss_addr: '', phone_http_addr: '', phone_https_addr: '' },
      ue_db: Object.entries(PASSWORDS).map(([number, password]) => md5User(number, password, number)),
      ...more,
    },
  })
  const browsers: Browser[] = []
  const open = async (): Promise<Page> => {
    const browser = await openChromium({ viewport: { width: 1280, height: 860 } })
    browsers.push(browser)
    browser.context.setDefaultTimeout(40_000)
    const page = await browser.context.newPage()
    // One whose person has left is no burden to the others.
    page.on('close', () => void browser.close().catch(() => {}))
    page.on('pageerror', (error) => assert.fail(`in the page: ${error.stack}`))
    await page.goto(`http://127.0.0.1:${house.ports.http}/phone/`)
    return page
  }
  return {
    /** The page before anybody has logged in. */
    open,
    logIn: async (user: User): Promise<Page> => {
      const page = await open()
      await logIn(page, `${user}`, PASSWORDS[user])
      return page
    },
    /** A test that fails says what the house wrote. */
    told: (t: TestContext) =>
      t.after(() => {
        if (t.passed === false) t.diagnostic(logOf(house))
      }),
    close: async (): Promise<void> => {
      await Promise.all(browsers.map((browser) => browser.close()))
      await house.stop()
    },
  }
}
export type PhoneHouse = Awaited<ReturnType<typeof openPhoneHouse>>
