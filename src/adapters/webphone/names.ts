import type { Caller, Dialled, Identity } from '#core'
import { readable, wired } from '#lib/text'

const PRINTABLE = /[^\u0020-\u007e\u00a0-\uffff]/g
/** One short line. */
export const line = (text: string, most = 128): string => text.replace(PRINTABLE, ' ').trim().slice(0, most)

/** The number or name of a URI, as one dials it. */
export const userOf = (uri: string): string => {
  const bare = uri.replace(/^<|>.*$/g, '').replace(/^(?:sips?|tel):/i, '')
  const user = bare.replace(/[@;?].*$/, '')
  return readable(unescaped(user))
}

const unescaped = (text: string): string => {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return text
  }
}

/** What a client dials: digits with their separators, a name, or a URI of either. Undefined: nothing one could dial. */
export const dialledOf = (text: string): Dialled | undefined => {
  const uri = text.trim()
  const user = userOf(uri)
  const digits = /^[+\d][\d\s().-]*[\d*#]?$/.test(user) ? user.replace(/[\s().-]/g, '') : user
  if (digits === '' || /[\s<>"\\]/.test(digits) || digits.length > 128) return undefined
  const context = /;phone-context=([^;>@]+)/i.exec(uri)?.[1]
  return { user: wired(digits), text: wired(digits), ...(context !== undefined && { context }) }
}

/** Whom a call is for: its record keeps the place as well, where one was named. */
export const calledOf = (text: string): Dialled | undefined => {
  const dialled = dialledOf(text)
  const place = /^[^@]+@([\w.-]+)/.exec(text.trim())?.[1]
  return dialled && place ? { ...dialled, text: `${dialled.text}@${place}` } : dialled
}

const EXTENSION = /^[\w.+*#-]{1,64}$/
/** What may be the number of an extension of another exchange. */
export const isExtension = (tel: string): boolean => EXTENSION.test(tel)

/** As the core names identities: a sip one with its domain. */
export const identityUri = ({ uri }: Identity, domain: string): string =>
  uri.startsWith('sip:') && !uri.includes('@') ? `${uri}@${domain}` : uri

/** Who calls, as a browser shows it. */
export const shownOf = (caller: Pick<Caller, 'identity' | 'display'> & { anonymous?: boolean }) =>
  caller.anonymous || caller.identity === ''
    ? { from: 'anonymous', disp: '' }
    : { from: userOf(caller.identity), disp: line(readable(caller.display)) }
