import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { sameText } from '../password.ts'
import type { RemoteDoor } from './ports.ts'

/** An HTTP status with what to tell; undefined: come in. */
export type Refused = { status: string; text: string } | undefined

/** `::ffff:192.0.2.1` is an IPv4 address. */
export const sourceOf = ({ socket }: IncomingMessage): string =>
  (socket.remoteAddress ?? '').replace(/^::ffff:/, '')

const isOwnAddress = (url: URL, host: string | undefined): boolean =>
  url.host === host && (url.hostname === 'localhost' || isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0)

/**
 * Browsers name the site of a page that connects; what another site has them do is refused. A name is not believed to
 * be ours because the request says so (DNS rebinding): an address is. Programs send no Origin, or, as the manual's
 * sample program, one that is no site.
 */
export const isOriginAllowed = (
  origin: string | undefined,
  host: string | undefined,
  allowed: string[],
): boolean => {
  if (origin === undefined) return true
  const url = URL.parse(origin)
  if (!url) return origin !== 'null'
  return allowed.includes(url.origin) || isOwnAddress(url, host)
}

const keyIn = ({ headers, url = '/' }: IncomingMessage): string | undefined => {
  if (headers.authorization !== undefined)
    return /^Bearer +(\S+)\s*$/i.exec(headers.authorization)?.[1] ?? headers.authorization
  return URL.parse(url, 'ws://tandem/')?.searchParams.get('key') ?? undefined
}

const HOW = '"Authorization: Bearer KEY", or ?key=KEY behind the address'

/** Who may come in. Wrong keys are counted per source, answered later and later, then not at all. */
export const createAdmission = ({ key, origins, guard }: Pick<RemoteDoor, 'key' | 'origins' | 'guard'>) => {
  return async (request: IncomingMessage): Promise<Refused> => {
    const { origin, host } = request.headers
    if (!isOriginAllowed(origin, host, origins))
      return { status: '403 Forbidden', text: 'Origin: pages of other sites may not use the remote API' }
    if (key === undefined) return undefined
    const source = sourceOf(request)
    if (guard.blocked(source)) return { status: '429 Too Many Requests', text: 'too many wrong keys' }
    const told = keyIn(request)
    if (told === undefined) return { status: '401 Unauthorized', text: `a key is needed: ${HOW}` }
    if (sameText(told, key)) return undefined
    guard.fail(source)
    await new Promise((resume) => setTimeout(resume, guard.delayMs(source)))
    return { status: '401 Unauthorized', text: 'the key is wrong' }
  }
}
