import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openChromium } from '../support/chromium.ts'
import { without } from '../support/peers.ts'
import { logOf } from '../support/tandem.ts'
import { startProxyTown } from '../support/web-proxy.ts'
import { socketClient } from '../support/web-socket-client.ts'
import { startWebTown } from '../support/web-town.ts'

test('the built-in phone of somebody whom only the exchange elsewhere knows', {
  skip: without('chromium'),
}, async () => {
  const exchange = await startWebTown(['alice', 'bob'])
  const house = await startProxyTown(exchange.ports.sip)
  const browser = await openChromium({ locale: 'en-GB' })
  const page = await browser.context.newPage()
  try {
    await page.goto(`http://127.0.0.1:${house.ports.http}/phone/`)
    const signIn = async (password: string): Promise<void> => {
      await page.getByLabel('Number or user').fill('alice')
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await signIn('wrong')
    await page.getByText('This number and password do not fit together.').waitFor()
    await signIn('secret-of-alice')
    const state = page.locator('.status-line [role=status]')
    await state.getByText('Ready', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Voice mail' }).click()
    await page.getByText('Your exchange keeps them').waitFor()
    const bob = await socketClient(exchange, 'bob', 'json')
    bob.say(1009, { to: 'alice', mid: 'b1', msg: 'kept for you' })
    await bob.next(9006, { mid: 'b1', state: 'delivered' })
    await page.reload()
    await state.getByText('Ready', { exact: true }).waitFor()
    await page.getByRole('link', { name: /Texts/ }).click()
    await page.getByText('kept for you').first().waitFor()
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByText('Notifications').first().waitFor()
    assert.equal(await page.getByText('Ring when this page is closed').count(), 0)
    bob.close()
  } catch (fault) {
    throw new Error(
      `${(fault as Error).stack}\n${await page.locator('body').innerText()}\n${logOf(house, 60)}`,
    )
  } finally {
    await browser.close()
    await house.stop()
    await exchange.stop()
  }
})
