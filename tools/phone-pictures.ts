import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { openChromium } from '../test/support/chromium.ts'
import { dial, hears, logIn, take } from '../test/support/phone-house.ts'
import { md5User, startTandem } from '../test/support/tandem.ts'

/** The phone's screens from a real afternoon: a house of six people, who call and write to each other in browsers. */
const PEOPLE = [
  ['1001', 'Alice Fang', 'Reception'],
  ['1002', 'Bob Stone', 'Reception'],
  ['1003', 'Chen Yi-Chun', 'Reception'],
  ['1004', 'Dora Lindqvist', 'Workshop'],
  ['1005', 'Emre Yildiz', 'Workshop'],
  ['600', 'Echo', 'Workshop'],
  ['+886223456789', 'Nordwind Parts', 'Suppliers'],
] as const

const directory = [...new Set(PEOPLE.map(([, , group]) => group))].map((group) => ({
  group,
  entries: PEOPLE.filter(([, , its]) => its === group).map(([tel, person]) => ({
    ...{ name: person, tel, blf: tel.length === 4 },
  })),
}))

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  webphone: {
    ...{ ws_addr: '127.0.0.1:0', wss_addr: '', phone_http_addr: '', phone_https_addr: '' },
    directory,
  },
  ue_db: PEOPLE.filter(([tel]) => tel.length === 4).map(([tel]) => md5User(tel, 'wonder', tel)),
}

const SIZE = { width: 1200, height: 760 }

const logInAt = async (page: Page, url: string, user: string): Promise<void> => {
  await page.goto(url)
  await logIn(page, user, 'wonder')
}

const call = async (from: Page, number: string, to?: Page): Promise<void> => {
  await dial(from, number)
  if (to) await take(to)
  await hears(from)
}

const write = async (from: Page, number: string, text: string): Promise<void> => {
  await from.evaluate(`location.hash = '#/texts/${number}'`)
  await from.locator('.thread textarea').fill(text)
  await from.keyboard.press('Enter')
  await from.locator('.bubble-out').last().getByText('Delivered').waitFor()
}

/** Writes phone-NAME-light.png and phone-NAME-dark.png into a folder. */
export const takePhonePictures = async (folder: string): Promise<void> => {
  const house = await startTandem({ config })
  const url = `http://127.0.0.1:${house.ports.http}/phone/`
  const browsers = await Promise.all(
    ['1001', '1002', '1003', '1004'].map(() => openChromium({ viewport: SIZE, colorScheme: 'light' })),
  )
  try {
    const pages = await Promise.all(browsers.map(({ context }) => context.newPage()))
    const [alice, bob, chen, dora] = pages as [Page, Page, Page, Page]
    const shoot = async (name: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await alice.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await sleep(300)
        await alice.screenshot({ path: join(folder, `phone-${name}-${colorScheme}.png`) })
      }
    }
    await alice.goto(url)
    await alice.locator('input[name=user]').fill('1001')
    await shoot('login')
    for (const [at, page] of pages.entries()) await logInAt(page, url, `100${at + 1}`)

    await write(bob, '1001', 'Is the spare part for line 4 here yet?')
    await write(alice, '1002', 'It came this morning. Shelf B, second from the left.')
    await write(bob, '1001', 'Perfect, thank you! I will fetch it after lunch.')
    await write(chen, '1001', 'The meeting has moved to 16:00.')
    await write(alice, '1002', 'Bring the old one back, please.')
    await shoot('texts')

    await alice.evaluate(`location.hash = '#/people'`)
    await call(chen, '1004', dora)
    await alice.getByText('Busy').first().waitFor()
    await shoot('idle')
    await chen.keyboard.press('Alt+KeyX')

    await bob.fill('input[name=dial]', '1001')
    await bob.keyboard.press('Enter')
    await alice.locator('.incoming').waitFor()
    await shoot('ringing')
    await alice.keyboard.press('Alt+KeyA')
    await alice.getByText(/Sound: (Excellent|Good)/).waitFor()
    await alice.evaluate(`location.hash = '#/people'`)
    await sleep(3000)
    await shoot('call')
    await alice.keyboard.press('Alt+KeyX')

    await alice.setViewportSize({ width: 390, height: 800 })
    await alice.evaluate(`location.hash = '#/test'`)
    await alice.getByRole('button', { name: 'Start the test' }).click()
    await alice.getByRole('button', { name: 'Test again' }).waitFor({ timeout: 40_000 })
    await shoot('test')
  } finally {
    await Promise.all(browsers.map(({ close }) => close()))
    await house.stop()
  }
}

if (import.meta.main) await takePhonePictures(join(import.meta.dirname, '../docs/pictures'))
