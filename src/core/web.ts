import type { Binding } from './bindings.ts'

const HOST = '.web.invalid'

/**
 * The contact of a browser's session: bound like a phone's, but rung by the web phone server, and never kept over a
 * restart, since the browser comes back by itself. `.invalid` is nobody's, RFC 7118 appendix B.1.
 */
export const webContact = (user: string, session: string): string =>
  `sip:${user}@${session}${HOST};transport=ws`

const END = `${HOST};transport=ws`

export const isWeb = ({ contact }: Pick<Binding, 'contact'>): boolean => contact.endsWith(END)

/** Those that are rung and written to by SIP. */
export const sipPhonesOf = (bindings: Binding[]): Binding[] =>
  bindings.some(isWeb) ? bindings.filter((binding) => !isWeb(binding)) : bindings

/** The session's name; undefined for every other phone. */
export const sessionOf = ({ contact }: Pick<Binding, 'contact'>): string | undefined =>
  contact.endsWith(END) ? contact.slice(contact.lastIndexOf('@') + 1, -END.length) : undefined
