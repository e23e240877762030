import { type Cell, createCell } from '../../sdk/index.ts'

export const PAGES = ['keys', 'people', 'history', 'texts', 'mail', 'settings', 'test'] as const
export type PageName = (typeof PAGES)[number]
/** `rest`: the number of a conversation; `now` where a test begins by itself. */
export type Route = { page: PageName; rest: string }

const parse = (hash: string): Route => {
  const [, name = '', ...rest] = hash.replace(/^#/, '').split('/')
  const page = PAGES.find((one) => one === name) ?? 'people'
  try {
    return { page, rest: decodeURIComponent(rest.join('/')) }
  } catch {
    return { page, rest: '' }
  }
}

export const hrefOf = (page: PageName, rest = ''): string =>
  `#/${page}${rest ? `/${encodeURIComponent(rest)}` : ''}`

export const createRoute = (): Cell<Route> & { go(page: PageName, rest?: string): void } => {
  const cell = createCell(parse(location.hash))
  addEventListener('hashchange', () => cell.set(parse(location.hash)))
  return {
    ...cell,
    go: (page, rest) => {
      location.hash = hrefOf(page, rest)
    },
  }
}
