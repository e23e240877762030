import { err, ok, type Result } from '#lib/result'
import { type Address, parseAddress, splitList } from './address.ts'
import type { Headers } from './message.ts'

/** All elements of the comma lists of that name, as they are spelt: Supported, Require, Allow, Accept, Security-Client. */
export const tokensOf = (headers: Headers, name: string): string[] => {
  const { names, values } = headers
  let tokens: string[] | undefined
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== name) continue
    const some = splitList(values[i] as string)
    tokens = tokens === undefined ? some : tokens.concat(some)
  }
  return tokens ?? []
}

/** All addresses of that name, in their order: Route, Record-Route, Path, Service-Route, P-Asserted-Identity. */
export const addressesOf = (headers: Headers, name: string): Result<Address[], string> => {
  const addresses: Address[] = []
  for (const element of tokensOf(headers, name)) {
    const address = parseAddress(element)
    if (!address.ok) return address
    addresses.push(address.value)
  }
  return ok(addresses)
}

/** The contacts of a message; `*` (all of them) stands alone, RFC 3261 §10.2.2. An empty list: none given. */
export const parseContactList = (headers: Headers): Result<Address[] | '*', string> => {
  const elements = tokensOf(headers, 'Contact')
  if (elements.includes('*')) return elements.length === 1 ? ok('*') : err('* beside other contacts')
  return addressesOf(headers, 'Contact')
}

/** What is asked to be hidden, RFC 3323 §4.2 and RFC 3325 §9.3: `id`, `header`, `user`, `session`, `none`, `critical`. */
export const privacyOf = (headers: Headers): string[] =>
  tokensOf(headers, 'Privacy')
    .flatMap((value) => value.toLowerCase().split(';'))
    .map((value) => value.trim())
    .filter((value) => value !== '')
