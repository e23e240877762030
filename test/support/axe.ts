import { createRequire } from 'node:module'
import type { BrowserContext, Page } from 'playwright-core'

/** axe-core (WCAG 2.2 A and AA) in every page of a browser. */
export const withAxe = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') })

type Finding = { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] }
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Until nothing moves any more; what moves for ever is taken away. */
export const still = (page: Page): Promise<unknown> =>
  page.evaluate(`Promise.all(document.getAnimations().map((one) =>
    one.effect.getTiming().iterations === Infinity ? one.cancel() : Promise.race([one.finished.catch(() => {}), new Promise((done) => setTimeout(done, 1000))])))`)

/** What is serious or worse, each as one line with the place: colours are judged in stillness. */
export const seriousFindings = async (page: Page): Promise<string[]> => {
  await still(page)
  const findings = await page.evaluate<Finding[]>(
    `axe.run({ runOnly: { type: 'tag', values: ${JSON.stringify(TAGS)} } }).then(({ violations }) => violations)`,
  )
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
    )
}
