import type { FirstStart, Settings } from '#config'
import { nearAddress, printEndpoint, shownAddress } from './addresses.ts'

/** A server that carries the web phone's pages. */
export type PagePlace = { at: { address: string; port: number }; secure: boolean; path: string }

const urlOf = ({ at, secure, path }: PagePlace, address: string): string =>
  `${secure ? 'https' : 'http'}://${printEndpoint(address, at.port)}${path}`

/** Where the phone is: by http from this machine only, since browsers give a microphone to no other page without TLS. */
export const phoneUrls = (pages: readonly PagePlace[]): { here?: string; elsewhere?: string } => {
  const plain =
    pages.find(({ secure, path }) => !secure && path !== '/') ?? pages.find(({ secure }) => !secure)
  const secure = pages.find((page) => page.secure && page.path === '/') ?? pages.find((page) => page.secure)
  const here = plain ?? secure
  return {
    ...(here && { here: urlOf(here, nearAddress(here.at.address)) }),
    ...(secure && { elsewhere: urlOf(secure, shownAddress(secure.at.address)) }),
  }
}

/** What a newcomer does with two tabs. */
export const phoneSteps = (
  pages: readonly PagePlace[],
  { webphone, echo, ue_db }: Settings,
  first: FirstStart | undefined,
): string[] => {
  const { here, elsewhere } = phoneUrls(pages)
  if (!webphone || here === undefined) return []
  const [one, other] = first?.created ? first.sipUsers : []
  const lines = ['', 'Call from a browser (docs/web-phone.md)', `  Open ${here}`]
  if (one) lines.push(`  and log in as ${one.number} with the password ${one.password},`)
  else if (ue_db.some(({ pwd }) => pwd !== undefined))
    lines.push('  and log in with the number and password of a user.')
  // Another name of this machine: one browser keeps one login for each.
  const second = here.replace('//127.0.0.1:', '//localhost:')
  const tab = second === here ? 'in a private window' : `in a second tab at ${second}`
  if (one && other) lines.push(`  ${tab} as ${other.number} with ${other.password}.`)
  if (echo !== undefined)
    lines.push(`  Call ${echo} and hear yourself${other ? `, or call ${other.number}` : ''}.`)
  if (elsewhere !== undefined) lines.push(`  From other machines: ${elsewhere}`)
  return lines
}
