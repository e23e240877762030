import type { Description } from '#core'
import { parseSdp } from '#sdp'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)\s*?(?:\r\n|\n|\r|$)/gm

const sectionsOf = (sdp: string): string[] => sdp.split(/(?=^m=)/m)
const isMedium = (section: string): boolean => section.startsWith('m=')
/** Not refused: its port is another than 0, RFC 3264 §6. */
const isUsed = (section: string): boolean => isMedium(section) && !/^m=\S+ 0[ /]/.test(section)

/** Every medium in that direction, whatever it said. */
export const inDirection = (sdp: string, direction: Direction): string =>
  sectionsOf(sdp)
    .map((section, at) => {
      const bare = section.replace(DIRECTION, '')
      if (at === 0 && !isMedium(section)) return bare
      return `${bare}${/[\r\n]$/.test(bare) ? '' : '\r\n'}a=${direction}\r\n`
    })
    .join('')

/** What its first medium says, or the session for all of them. */
export const directionIn = (sdp: string): Direction => {
  const sections = sectionsOf(sdp)
  const own = (text: string | undefined): Direction | undefined =>
    /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(text ?? '')?.[1] as Direction | undefined
  const session = isMedium(sections[0] ?? '') ? undefined : sections[0]
  return own(sections.find(isUsed)) ?? own(session) ?? 'sendrecv'
}

/** What may be answered to an offer by who would do `wish`, RFC 3264 §6.1. */
export const answerTo = (offered: Direction, wish: Direction): Direction => {
  const sends = wish.startsWith('send') && (offered === 'sendrecv' || offered === 'recvonly')
  const receives = wish.endsWith('recv') || wish === 'recvonly' ? offered.startsWith('send') : false
  if (sends) return receives ? 'sendrecv' : 'sendonly'
  return receives ? 'recvonly' : 'inactive'
}

export const showsVideo = (sdp: string): boolean => /^m=video (?!0[ /])/m.test(sdp)

export const describe = (sdp: string): Description => {
  const direction = directionIn(sdp)
  return { sdp, held: direction === 'sendonly' || direction === 'inactive', video: showsVideo(sdp) }
}

/** Browsers say much; a description that is far too long, or none at all, is nobody's. */
const MOST_LINES = 1000
const MOST_MEDIA = 16

export const isDescription = (sdp: string): boolean => {
  if (!/^v=0\s/.test(sdp) || sdp.includes('\0')) return false
  if (sectionsOf(sdp).length > MOST_MEDIA + 1 || sdp.split('\n').length > MOST_LINES) return false
  const parsed = parseSdp(sdp)
  return parsed.ok && parsed.value.media.length > 0
}
