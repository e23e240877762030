import type { Findings } from './check.ts'
import type { RootSettings } from './schema-root.ts'
import type { Place } from './value.ts'

/** What trunks and the routes to them need to be of any use. */
export const checkTrunks = (
  { trunks, routes, goip, ejoin }: RootSettings,
  place: (name: string) => Place,
  check: Findings,
): void => {
  trunks.forEach(({ addr, account, register, user, trusted }, index) => {
    const at = `trunks[${index}]`
    if (!addr && account === '')
      check.problem(
        place('trunks'),
        `${at}.addr`,
        'is missing: say where it is, or as which user it registers here',
      )
    if (addr && account !== '')
      check.problem(place('trunks'), `${at}.account`, 'one that registers here has no addr')
    if (register && user === '')
      check.problem(place('trunks'), `${at}.user`, 'is missing: a registration needs it')
    if (register && !addr) check.problem(place('trunks'), `${at}.register`, 'needs addr')
    if (trusted && !addr) check.warn(place('trunks'), `${at}.trusted`, 'means nothing without addr')
  })
  const lines = [...(goip?.lines ?? []), ...(ejoin?.devices ?? [])]
  const answering = lines.some(({ trunk }) => trunk !== '')
  routes.forEach(({ match, to, fallback }, index) => {
    for (const target of [...to, ...fallback]) {
      if (match.kind === 'call' && target.startsWith('gateway:') && !answering)
        check.warn(
          place('routes'),
          `routes[${index}].to`,
          `"${target}" takes calls only where its lines say "trunk"`,
        )
    }
  })
}
