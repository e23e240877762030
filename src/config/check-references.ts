import type { Findings } from './check.ts'
import { deviceOf } from './check-names.ts'
import { nearest } from './nearest.ts'
import type { RootSettings } from './schema-root.ts'
import type { UserEntry } from './settings-users.ts'
import { type ObjectValue, type Place, placeIn, quoted } from './value.ts'

type Reference = { path: string; place: Place }

/** Names are said with those that there are: at most so many. */
const MOST_SHOWN = 6

type Book = {
  written: RootSettings
  people: Known
  trunks: Known
  at: At
  missing: Missing
  check: Findings
}
type At = (list: string, index: number, member: string, item?: number) => Reference
type Missing = (at: Reference, name: string, what: string, known: Iterable<string>) => void
/** `has` is true of any name while one of them was refused: it may be that one. */
type Known = { has(name: string): boolean; readonly all: ReadonlySet<string> }

/** Names by which one part of a configuration means another: users, trunks, gateways. */
export const checkReferences = (
  written: RootSettings,
  users: readonly UserEntry[],
  root: ObjectValue,
  check: Findings,
): void => {
  const book: Book = {
    ...{ written, check, people: peopleOf(users, check) },
    trunks: knownOf(written.trunks.map(({ name }) => name)),
    at: (list, index, member, item = 0) => ({
      path: `${list}[${index}].${member}`,
      place: placeIn(root, [...list.split('.'), index, member, item]),
    }),
    missing: ({ place, path }, name, what, known) =>
      check.problem(place, path, `${quoted(name)}: there is no such ${what}${hintOf(name, known)}`),
  }
  checkAccounts(book)
  const checkTarget = targetCheckOf(book)
  written.routes.forEach(({ to, fallback }, index) => {
    for (const [n, target] of to.entries()) checkTarget(target, book.at('routes', index, 'to', n))
    for (const [n, target] of fallback.entries()) checkTarget(target, book.at('routes', index, 'fallback', n))
  })
}

const checkAccounts = ({ written, people, trunks, at, missing }: Book): void => {
  written.trunks.forEach(({ account }, index) => {
    if (account !== '' && !people.has(account))
      missing(at('trunks', index, 'account'), account, 'user in ue_db', people.all)
  })
  const { goip, ejoin } = written
  for (const [list, lines] of [
    ['goip.lines', goip?.lines ?? []],
    ['ejoin.devices', ejoin?.devices ?? []],
  ] as const)
    lines.forEach(({ trunk }, index) => {
      if (trunk === '' || trunks.has(trunk) || people.has(trunk)) return
      missing(at(list, index, 'trunk'), trunk, 'trunk, nor such a user in ue_db', [
        ...trunks.all,
        ...people.all,
      ])
    })
}

const targetCheckOf = ({ written, people, trunks, missing, check }: Book) => {
  const { goip, ejoin } = written
  const gateways = gatewayNamesOf(written)
  // An Ejoin tells its ports itself.
  const isPort = (name: string): boolean =>
    ejoin?.devices.some((one) => name.startsWith(`${one.name}/`)) ?? false
  return (target: string, of: Reference): void => {
    const name = target.slice(target.indexOf(':') + 1)
    // Users and lines of GoIPs may come while the server runs.
    const warn = (what: string, known: Iterable<string>): void =>
      check.warn(of.place, of.path, `${quoted(target)}: ${what}`, () => hintOf(name, known))
    if (target.startsWith('trunk:') && !trunks.has(name)) missing(of, target, 'trunk', trunks.all)
    else if (target.startsWith('subscriber:') && !people.has(name))
      warn('there is no such user in ue_db', people.all)
    else if (target.startsWith('gateway:') && name !== '*' && !gateways.has(name) && !isPort(name)) {
      if (goip) warn('no such gateway is configured', gateways.all)
      else missing(of, target, 'gateway', gateways.all)
    }
  }
}

/** Whoever was refused is missing: a second complaint would only be noise. */
const knownOf = (names: readonly (string | undefined)[]): Known => {
  const all = new Set(names.filter((name) => name !== undefined))
  const isComplete = names.every((name) => name !== undefined)
  return { has: (name) => !isComplete || all.has(name), all }
}

const peopleOf = (users: readonly UserEntry[], check: Findings): Known => {
  const isComplete = !check.problems.some(({ property }) => property.startsWith('ue_db'))
  let known: Set<string> | undefined
  const names = (): Set<string> => {
    known ??= namesOf(users)
    return known
  }
  return {
    has: (name) => !isComplete || spellingsOf(name).some((one) => names().has(one)),
    get all() {
      return names()
    },
  }
}

/** Devices, and lines of GoIPs; a line without a device is one by itself. */
const gatewayNamesOf = ({ goip, ejoin }: RootSettings): Known => {
  const names: (string | undefined)[] = (ejoin?.devices ?? []).map(({ name }) => name)
  for (const line of goip?.lines ?? []) {
    const { id }: { id?: string } = line
    names.push(deviceOf(line), id && `${deviceOf(line)}/${id}`)
  }
  return knownOf(names)
}

const bareOf = (name: string): string => name.replace(/^(?:sips?|tel):/i, '')
const spellingsOf = (name: string): string[] => {
  const bare = bareOf(name)
  const user = bare.replace(/@.*$/, '')
  return [bare, user, user.startsWith('+') ? user.slice(1) : `+${user}`]
}
const namesOf = (users: readonly UserEntry[]): Set<string> => {
  const names = new Set<string>()
  for (const { impi, impus, msisdn } of users) {
    names.add(impi)
    if (msisdn !== undefined) names.add(msisdn)
    for (const { impu } of impus) names.add(bareOf(impu))
  }
  return names
}

const hintOf = (name: string, known: Iterable<string>): string => {
  const names = [...known]
  const meant = nearest(name.replace(/^\w+:/, ''), names)
  if (meant !== undefined) return `; did you mean ${meant}?`
  if (names.length === 0) return ''
  const more = names.length > MOST_SHOWN ? ', …' : ''
  return `; there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, MOST_SHOWN).join(', ')}${more}`
}
