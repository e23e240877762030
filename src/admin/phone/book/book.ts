import type { Clock } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Result } from '#lib/result'
import type { BookGroup, PhoneBook } from './contract.ts'
import { parseBook } from './parse.ts'

/** One fetch of `phone_book_url`; never rejects. */
export type Fetch = (
  url: string,
  request: { method: 'GET'; headers?: Record<string, string> },
) => Promise<Result<{ status: number; headers: Record<string, string>; body: Uint8Array }, string>>

type Ports = {
  /** Empty: the server's own directory for all. */
  url: string
  own: readonly BookGroup[]
  fetch: Fetch
  clock: Clock
  log: Log
}

type Kept = { groups: BookGroup[]; names: Map<string, string>; etag?: string; atMs: number }

/** The first name of each number that has one. */
const namesOf = (groups: readonly BookGroup[]): Map<string, string> => {
  const names = new Map<string, string>()
  for (const { entries } of groups)
    for (const { tel, name } of entries) if (name !== tel && !names.has(tel)) names.set(tel, name)
  return names
}

/** So long a book is not asked for again. */
const FRESH_MS = 60_000
/** After a failure. */
const PAUSE_MS = 30_000
const MOST_KEPT = 1000

/** `?pext=` or `&pext=`, manual 4.2. */
export const bookUrl = (url: string, extension: string): string => {
  const [address = '', ...fragment] = url.split('#')
  const pext = `pext=${encodeURIComponent(extension)}`
  const joint = address.includes('?') ? (/[?&]$/.test(address) ? '' : '&') : '?'
  return [`${address}${joint}${pext}`, ...fragment].join('#')
}

/**
 * Phone books by extension. What was fetched last serves while the other server does not answer; the own directory
 * does as long as nothing was ever fetched.
 */
export const createPhoneBook = ({ url, own, fetch, clock, log }: Ports): PhoneBook => {
  const kept = new Map<string, Kept>()
  const failedAt = new Map<string, number>()
  const asked = new Map<string, Promise<void>>()
  const ownGroups = own.map(({ name, entries }) => ({ name, entries: [...entries] }))

  const ownNames = namesOf(ownGroups)

  const keep = (extension: string, book: Kept): void => {
    kept.delete(extension)
    kept.set(extension, book)
    failedAt.delete(extension)
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string)
  }
  const fail = (extension: string, why: string): void => {
    failedAt.set(extension, clock.nowMs())
    if (failedAt.size > MOST_KEPT) failedAt.delete(failedAt.keys().next().value as string)
    log.write('app', 'warn', `the phone book of ${extension} cannot be fetched: ${why}`)
  }
  const refresh = async (extension: string): Promise<void> => {
    const old = kept.get(extension)
    const headers: Record<string, string> = { accept: 'application/xml, text/xml' }
    if (old?.etag !== undefined) headers['if-none-match'] = old.etag
    const reply = await fetch(bookUrl(url, extension), { method: 'GET', headers })
    if (!reply.ok) return fail(extension, reply.error)
    const atMs = clock.nowMs()
    if (reply.value.status === 304 && old) return keep(extension, { ...old, atMs })
    if (reply.value.status !== 200) return fail(extension, `it answered ${reply.value.status}`)
    const groups = parseBook(reply.value.body)
    if (!groups.ok) return fail(extension, groups.error)
    const { etag } = reply.value.headers
    keep(extension, {
      groups: groups.value,
      names: namesOf(groups.value),
      atMs,
      ...(etag !== undefined && { etag }),
    })
  }
  const isDue = (extension: string): boolean => {
    const now = clock.nowMs()
    const failed = failedAt.get(extension)
    if (failed !== undefined && now - failed < PAUSE_MS) return false
    const book = kept.get(extension)
    return book === undefined || now - book.atMs >= FRESH_MS
  }
  /** One question at a time for each extension. */
  const ask = (extension: string): Promise<void> => {
    const running = asked.get(extension)
    if (running || url === '' || !isDue(extension)) return running ?? Promise.resolve()
    const work = refresh(extension).finally(() => asked.delete(extension))
    asked.set(extension, work)
    return work
  }
  return {
    own: () => ownGroups,
    groups: async (extension) => {
      await ask(extension)
      return kept.get(extension)?.groups ?? ownGroups
    },
    nameOf: (extension, tel) => {
      void ask(extension)
      return kept.get(extension)?.names.get(tel) ?? ownNames.get(tel)
    },
  }
}
