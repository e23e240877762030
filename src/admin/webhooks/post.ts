import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { guardedLookup, targetFault } from './targets.ts'

/** `ok`: answered with a 2xx status, which says that the receiver has the event. */
export type Posted = { ok: true } | { ok: false; status?: number; detail: string }

export type Post = (headers: Record<string, string>, body: string) => Promise<Posted>

const PATIENCE_MS = 10_000
/** Answers have nothing to say: what is longer ends the connection. */
const MOST_ANSWER = 64 * 1024

/** Posts to one URL, never rejects. Redirects are not followed, certificates are checked, connections are kept for a while. */
export const createPost = (
  url: URL,
  version: string,
  connections: number,
  patienceMs = PATIENCE_MS,
): { post: Post; close(): void } => {
  const secure = url.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: connections, timeout: 30_000 }
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
  const send = secure ? httpsRequest : httpRequest
  const agentName = version === '' ? 'Tandem' : `Tandem/${version}`
  const common = { 'content-type': 'application/json', 'user-agent': agentName }

  const post: Post = (headers, body) => {
    const fault = targetFault(url)
    if (fault !== undefined) return Promise.resolve({ ok: false, detail: fault })
    const { promise, resolve } = Promise.withResolvers<Posted>()
    const length = { 'content-length': `${Buffer.byteLength(body)}` }
    const request = send(url, {
      method: 'POST',
      agent,
      lookup: guardedLookup,
      headers: { ...common, ...headers, ...length },
    })
    /** Of the whole exchange, however slowly it drips. */
    const timer = setTimeout(() => {
      resolve({ ok: false, detail: `no answer within ${patienceMs / 1000} s` })
      request.destroy()
    }, patienceMs)
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      const good = status >= 200 && status < 300
      const posted: Posted = good ? { ok: true } : { ok: false, status, detail: `answered ${status}` }
      let length = 0
      response.on('data', (piece: Buffer) => {
        length += piece.length
        if (length <= MOST_ANSWER) return
        resolve(posted)
        request.destroy()
      })
      // The status has said it all: a body that breaks off changes nothing.
      for (const end of ['end', 'error', 'close'] as const) response.on(end, () => resolve(posted))
    })
    request.on('error', (error) => resolve({ ok: false, detail: error.message || 'cannot be reached' }))
    request.on('close', () => resolve({ ok: false, detail: 'the connection was closed' }))
    request.end(body)
    return promise.finally(() => clearTimeout(timer))
  }
  return { post, close: () => agent.destroy() }
}
