import type { MessageTarget } from '#core'
import { wired } from '#lib/text'

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Whom an application means: `tel:+49…;phone-context=…`, `sip:1001@home`, an IMPI (`1001@home`), a number or a name.
 * Names are looked for as they stand in SIP. What it may mean, likeliest first; undefined: it names nobody.
 */
export const targetsOf = (text: string): MessageTarget[] | undefined => {
  const scheme = /^(sips?|tel):/i.exec(text)
  const [address = '', ...parameters] = text.slice(scheme?.[0].length ?? 0).split(';')
  const at = address.lastIndexOf('@')
  const user = wired(unescaped((at < 0 ? address : address.slice(0, at)).split(':', 1)[0] as string))
  if (user === '') return undefined
  const context = parameters.find((parameter) => /^phone-context=./i.test(parameter))?.slice(14)
  const named: MessageTarget = { user, text, ...(context !== undefined && { context }) }
  if (scheme || at < 0) return [named]
  return [{ impi: wired(address) }, named]
}
