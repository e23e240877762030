import { type CallRecord, isForEmergency } from '#core'
import type { UserView } from '../contract.ts'
import { spanOf, tableOf } from '../table.ts'

/** A terminal is 80 columns wide and no report: what does not fit is asked for by a name, or at the REST interface. */
export const usersTable = (views: readonly UserView[]): string =>
  tableOf(['USER', 'NUMBER', 'CALLS', 'REGISTERED FROM', 'EXPIRES'], views.flatMap(rowsOf))

const rowsOf = (view: UserView): string[][] => {
  const head = [shortOf(view.impus[0] ?? view.impi), view.number ?? '-', String(view.calls)]
  if (view.bindings.length === 0) return [[...head, '-', '']]
  return view.bindings.map(({ contact, transport, source, expiresInS }, at) => [
    ...(at === 0 ? head : ['', '', '']),
    `${transport} ${source}${isForEmergency({ contact }) ? ' (emergency)' : ''}`,
    spanOf(expiresInS * 1000),
  ])
}

/** Everything about one user, a line for each fact. */
export const userCard = (view: UserView): string => {
  const facts: string[][] = [['private identity', view.impi]]
  view.impus.forEach((impu, at) => {
    facts.push([at === 0 ? 'public identities' : '', impu])
  })
  if (view.number !== undefined) facts.push(['number', view.number])
  facts.push(['calls', String(view.calls)])
  if (view.bindings.length === 0) facts.push(['registered', 'no'])
  for (const { contact, transport, source, expiresInS, userAgent, instance } of view.bindings) {
    facts.push(['registered', isForEmergency({ contact }) ? `${contact}, for emergency calls only` : contact])
    facts.push(['  from', `${transport} ${source}, expires in ${spanOf(expiresInS * 1000)}`])
    if (userAgent !== undefined) facts.push(['  phone', userAgent])
    if (instance !== undefined) facts.push(['  instance', instance])
  }
  return tableOf(undefined, facts)
}

/** `sip:1001@home.example` is 1001: user parts are unique in one house; a stranger keeps its domain. */
export const shortOf = (uri: string, domains?: ReadonlySet<string>): string => {
  const bare = uri.replace(/^(sips?|tel):/, '')
  if (bare === 'anonymous@anonymous.invalid') return 'anonymous'
  const at = bare.lastIndexOf('@')
  return at <= 0 || (domains && !domains.has(bare.slice(at + 1))) ? bare : bare.slice(0, at)
}

export const domainsOf = (views: Iterable<UserView>): Set<string> => {
  const domains = new Set<string>()
  for (const { impus } of views) for (const impu of impus) domains.add(impu.slice(impu.lastIndexOf('@') + 1))
  return domains
}

export const kindOf = ({ kind, video }: CallRecord): string => (video ? `${kind}, video` : kind)

/** Why a call ended, for a person; the words of refusals.md stay as they are. */
export const endOf = ({ cause = '', status, answeredAtMs }: CallRecord): string => {
  if (cause === 'caller' || cause === 'callee')
    return answeredAtMs === undefined ? `${cause} gave up` : `${cause} hung up`
  return status === undefined ? cause : `${cause} (${status})`
}

/** 1 call, 2 calls. */
export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
