import type { Uri } from './uri.ts'

/**
 * A telephone number out of a URI: `+` and digits when it is global, else digits (also `*`, `#`) in some context,
 * RFC 3966 §5.1. No visual separators.
 */
export type PhoneNumber = {
  number: string
  /** Domain or `+`prefix that a local number belongs to, lower case. */
  context?: string
  /** ISDN subaddress and extension, when given. */
  isub?: string
  ext?: string
}

/**
 * The number that a tel URI means, or the user part of a sip URI with `user=phone` (RFC 3261 §19.1.6). A user part of
 * nothing but digits counts too: most phones leave `user=phone` out. Undefined: no telephone number.
 */
export const phoneOf = (uri: Uri): PhoneNumber | undefined => {
  if (uri.scheme === 'tel') return phone(uri.user, uri.params)
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return undefined
  if (/^\+?[0-9*#]+$/.test(uri.user)) return phone(uri.user, uri.params)
  if (uri.params.get('user')?.toLowerCase() !== 'phone') return undefined
  const [number = '', ...rest] = uri.user.split(';')
  const digits = number.replace(/[-.()]/g, '')
  if (!/^\+?[0-9A-Fa-f*#]+$/.test(digits)) return undefined
  const params = new Map<string, string | undefined>(uri.params)
  for (const param of rest) {
    const sign = param.indexOf('=')
    if (sign > 0) params.set(param.slice(0, sign).toLowerCase(), param.slice(sign + 1))
  }
  return phone(digits, params)
}

const phone = (number: string, params: Map<string, string | undefined>): PhoneNumber => {
  const context = params.get('phone-context')?.toLowerCase()
  const isub = params.get('isub')
  const ext = params.get('ext')?.replace(/[-.()]/g, '')
  return {
    number,
    ...(context !== undefined && { context }),
    ...(isub !== undefined && { isub }),
    ...(ext !== undefined && { ext }),
  }
}
