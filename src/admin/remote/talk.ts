import { WebSocket } from 'ws'
import { err, ok, type Result } from '#lib/result'

/** A server's remote API. PEM texts; `pinned`: the server is known by this certificate, whatever its name. */
export type RemoteTarget = {
  url: string
  key?: string
  ca?: string
  pinned?: boolean
  certificate?: string
  privateKey?: string
}

export type Talk = {
  texts: string[]
  /** So many answers are waited for; undefined: listens until the server goes. */
  answers: number | undefined
  hear(text: string): void
}

const HANDSHAKE_MS = 10_000

const optionsOf = ({ key, ca, pinned, certificate, privateKey }: RemoteTarget) => ({
  handshakeTimeout: HANDSHAKE_MS,
  perMessageDeflate: false,
  maxPayload: 0,
  ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
  ...(ca !== undefined && { ca }),
  ...(pinned && { checkServerIdentity: () => undefined }),
  ...(certificate !== undefined && { cert: certificate }),
  ...(privateKey !== undefined && { key: privateKey }),
})

const REFUSED: Record<number, string> = {
  401: 'a key is needed, or the one shown is wrong: --key KEY',
  403: 'it does not serve pages of other sites',
  426: 'this address is not that of a remote API',
  429: 'too many wrong keys came from here: try again later',
  503: 'too many clients are connected',
}

const reasonOf = ({ code, message }: NodeJS.ErrnoException): string => {
  if (code === 'ECONNREFUSED') return 'no server listens there'
  if (code === 'ENOTFOUND') return 'there is no machine of that name'
  if (code === 'ECONNRESET' || /socket hang up/.test(message))
    return 'the server closed the connection (TLS?)'
  if (code === 'EPROTO') return 'no TLS is spoken there: write ws:// instead of wss://'
  return message
}

/** Says everything and hears the answers; the error says why there is no more to hear. */
export const talkTo = (
  target: RemoteTarget,
  { texts, answers, hear }: Talk,
): Promise<Result<void, string>> => {
  if (!URL.canParse(target.url)) return Promise.resolve(err(`${target.url}: not an address`))
  const socket = new WebSocket(target.url, optionsOf(target))
  let left = answers
  return new Promise((resolve) => {
    const fail = (why: string): void => resolve(err(`${target.url}: ${why}`))
    socket.on('open', () => {
      for (const text of texts) socket.send(text)
    })
    socket.on('message', (data) => {
      hear(data.toString())
      if (left === undefined || --left > 0) return
      resolve(ok(undefined))
      socket.close()
    })
    socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      fail(REFUSED[statusCode] ?? `not a remote API (it answers ${statusCode})`)
      request.destroy()
    })
    socket.on('error', (error) => fail(reasonOf(error)))
    socket.on('close', () => fail('the server is gone'))
  })
}
