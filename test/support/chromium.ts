import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'

/** Chromium of the distribution, with a microphone that beeps and a camera that counts. */
const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
export const chromiumPath = PLACES.find((path) => path && existsSync(path))

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream'],
  ...['--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection'],
  ...['--disable-features=WebRtcHideLocalIpsWithMdns', '--autoplay-policy=no-user-gesture-required'],
]

export type Browser = { context: BrowserContext; close(): Promise<void> }

/** A browser with a profile of its own: locks, storage and service workers work as they do for people. */
export const openChromium = async (
  options: BrowserContextOptions & { flags?: string[] } = {},
): Promise<Browser> => {
  const { flags = [], ...rest } = options
  const folder = mkdtempSync(join(tmpdir(), 'tandem-chromium-'))
  const context = await chromium.launchPersistentContext(folder, {
    ...(chromiumPath ? { executablePath: chromiumPath } : {}),
    ...{ headless: true, args: [...FLAGS, ...flags] },
    ...rest,
  })
  const shut = async (): Promise<void> => {
    await context.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  let shutting: Promise<void> | undefined
  return {
    context,
    close: () => {
      shutting ??= shut()
      return shutting
    },
  }
}
