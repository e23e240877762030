import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openChromium } from './chromium.ts'
import { dial, logIn, press, quiet, take } from './phone-house.ts'
import type { Tandem } from './tandem.ts'
import { until } from './wait.ts'

const PAGES = join(import.meta.dirname, 'pages')

/** A microphone with a tone of its own, and ears for what comes: laid under a page before its own scripts. */
const withTone = async (hertz: number): Promise<string> => {
  const [sound, microphone] = await Promise.all(
    ['sound.js', 'tone-microphone.js'].map((name) => readFile(join(PAGES, name), 'utf8')),
  )
  const bare = `${sound}`.replace(/^export /gm, '')
  return `(async () => {\nconst HERTZ = ${hertz}\n${bare}\n${microphone}\n})()`
}

/** The built-in phone of one person, in a browser of its own. */
export const openPhone = async (
  house: Tandem,
  { user, password, hertz }: { user: string; password: string; hertz: number },
) => {
  const browser = await openChromium({ viewport: { width: 1280, height: 860 } })
  const { context } = browser
  context.setDefaultTimeout(40_000)
  await context.addInitScript({ content: await withTone(hertz) })
  const page: Page = await context.newPage()
  const lines: string[] = []
  page.on('pageerror', (error) => lines.push(`${error.stack}`))
  page.on('console', (message) => lines.push(message.text()))
  await page.goto(`http://127.0.0.1:${house.ports.http}/phone/`)
  await logIn(page, user, password)
  const ears = () => page.evaluate<number[]>('ears()')
  return {
    page,
    lines,
    press: (name: string) => press(page, name),
    dial: (number: string) => dial(page, number),
    takes: () => take(page),
    sends: async (number: string, how: 'Transfer now' | 'Ask first') => {
      await press(page, 'Transfer')
      await page.locator('.transfer input').fill(number)
      await press(page, how)
    },
    quiet: () => quiet(page),
    hears: (tone: number) =>
      until(`${user} hears ${tone} Hz`, async () => (await ears()).some((one) => Math.abs(one - tone) < 15), {
        timeoutMs: 30_000,
      }),
    /** Pixels of the far picture that is shown: none before a frame was decoded. */
    sees: () =>
      until(
        `${user} sees a picture`,
        async () =>
          (await page
            .locator('.picture-far')
            .evaluate((video) => (video as unknown as { videoWidth: number }).videoWidth)) > 0,
        { timeoutMs: 30_000 },
      ),
    close: () => browser.close(),
  }
}
export type PhonePage = Awaited<ReturnType<typeof openPhone>>
