import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Browser, openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { type PhoneServer, startPhoneServer } from '../support/phone-server.ts'
import { holds } from '../support/wait.ts'

/** What a finger cannot come to, or hardly: beyond the window, under something else, or too small. */
const unreached = (selector: string, least: number): string => `[...document.querySelectorAll('${selector}')]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, { left, right, top, bottom, width, height }]) => {
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    return top < 0 || left < 0 || bottom > innerHeight || right > innerWidth || !one.contains(hit)
      || Math.min(width, height) < ${least}
  })
  .map(([one]) => one.textContent || one.getAttribute('aria-label'))`

/** A small telephone, and those that lie on their side. */
describe('the phone in a low window', { skip: peer('chromium').skip }, () => {
  let server: PhoneServer
  let browser: Browser
  let page: Page
  before(async () => {
    server = await startPhoneServer()
    browser = await openChromium()
    browser.context.setDefaultTimeout(30_000)
    page = await browser.context.newPage()
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })
  const reached = async (selector: string, count: number, least = 44): Promise<void> => {
    await page
      .locator(selector)
      .nth(count - 1)
      .waitFor()
    await holds(`${selector} in reach`, async () => {
      assert.deepEqual(await page.evaluate<string[]>(unreached(selector, least)), [])
    })
  }

  test('of 320x568 has every way to answer in reach', async () => {
    await page.setViewportSize({ width: 320, height: 568 })
    await page.goto('about:blank')
    await page.goto(`${server.url}#/keys`)
    await page.getByText('Ready').waitFor()
    server.ring({ video: true })
    await reached('.incoming .round', 4)
    await page.getByRole('button', { name: 'Decline' }).click()
    await page.locator('.lately').waitFor()
  })

  for (const [width, height] of [
    [360, 640],
    [667, 375],
    [740, 360],
    [932, 430],
  ] as const)
    test(`of ${width}x${height} has every key in reach, and in a call every button`, async () => {
      await page.setViewportSize({ width, height })
      await page.goto('about:blank')
      await page.goto(`${server.url}#/keys`)
      await page.getByText('Ready').waitFor()
      await reached('.dial .key', 12)
      await reached('.dial-call', 1)
      server.ring({ video: true })
      await reached('.incoming .round', 4)
      await page.getByRole('button', { name: 'Decline' }).click()
      // The note of the call that was declined takes its room.
      await page.locator('.lately').waitFor()
      await reached('.dial .key', 12)
      await page.fill('input[name=dial]', '1002')
      await page.keyboard.press('Enter')
      await page.locator('.call-buttons button:not([disabled])').nth(2).waitFor()
      await reached('.call .round', 7)
      await page.getByRole('button', { name: 'Keypad' }).click()
      await reached('.drawer .key', 12, 40)
      await reached('.call .round', 7)
      await page.getByRole('button', { name: 'Transfer' }).click()
      await page.locator('.transfer input').fill('1003')
      await page.getByRole('button', { name: 'Ask first', exact: true }).first().click()
      await reached('.second-buttons button', 2, 40)
      await reached('.call .round', 7)
      await page.getByRole('button', { name: 'Hang up' }).click()
      await page.locator('.dial').waitFor()
      await holds('nothing to be moved sideways', async () => {
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
      })
    })

  test('begins every page at its beginning', async () => {
    const go = (hash: string) => page.evaluate(`location.hash = '#/${hash}'`)
    await page.setViewportSize({ width: 360, height: 640 })
    await page.goto('about:blank')
    await page.goto(`${server.url}#/settings`)
    await page.locator('.about').scrollIntoViewIfNeeded()
    assert.notEqual(await page.evaluate('document.querySelector(".content").scrollTop'), 0)
    await go('history')
    await page.locator('.past').nth(7).waitFor()
    await holds('the beginning', async () => {
      assert.equal(await page.evaluate('document.querySelector(".content").scrollTop'), 0)
    })
  })
})
