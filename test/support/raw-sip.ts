import { createHash, randomBytes } from 'node:crypto'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { DOMAIN, type Tandem } from './tandem.ts'

/** SIP written by hand, with nothing of the server's own stack in it: for those who mean harm, and those who watch them. */
export type RawRequest = {
  method: string
  uri?: string
  from?: string
  to?: string
  callId?: string
  cseq?: number
  via: string
  headers?: string[]
  body?: string
}

export const token = (): string => randomBytes(9).toString('hex')

export const requestText = (request: RawRequest): string => {
  const { method, uri = `sip:${DOMAIN}`, from = 'alice', to = from, callId = token(), cseq = 1 } = request
  const { headers = [], body = '' } = request
  const at = (user: string): string => (user.includes('<') ? user : `<sip:${user}@${DOMAIN}>`)
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${request.via};branch=z9hG4bK${token()}`,
    'Max-Forwards: 70',
    `From: ${at(from)};tag=${token()}`,
    `To: ${at(to)}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

export const headerOf = (message: string, name: string): string | undefined =>
  message.match(new RegExp(`^${name}[ \\t]*:[ \\t]*(.*?)\\r?$`, 'im'))?.[1]
export const statusOf = (message: string): number => Number(message.match(/^SIP\/2\.0 (\d{3})/)?.[1] ?? 0)
const branchOf = (message: string): string | undefined => message.match(/branch=([^;,\s]+)/)?.[1]

const md5 = (text: string): string => createHash('md5').update(text, 'latin1').digest('hex')

/** The answer to a challenge, RFC 7616 with MD5 and qop=auth. */
export const authorizationOf = (
  challenge: string,
  user: string,
  password: string,
  method: string,
): string => {
  const part = (name: string): string => challenge.match(new RegExp(`${name}="([^"]*)"`))?.[1] ?? ''
  const [realm, nonce, uri, cnonce] = [part('realm'), part('nonce'), `sip:${DOMAIN}`, 'c0ffee']
  const secret = `${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:${cnonce}:auth`
  const proof = md5(`${secret}:${md5(`${method}:${uri}`)}`)
  const who = `Digest username="${user}",realm="${realm}",nonce="${nonce}",uri="${uri}",algorithm=MD5`
  return `${who},qop=auth,nc=00000001,cnonce="${cnonce}",response="${proof}"`
}

export type Stranger = {
  readonly address: string
  readonly port: number
  readonly socket: UdpSocket
  readonly via: string
  /** Every message that came, by its status (0: a request). */
  readonly counts: Map<number, number>
  /** Called with every message that came. */
  onMessage: ((text: string) => void) | undefined
  send(message: string | Uint8Array): void
  /** Sends and waits for the final answer, repeating itself as UDP must; undefined when none came. */
  ask(text: string, timeoutMs?: number): Promise<string | undefined>
  close(): void
}

/** A UDP socket somewhere on loopback that speaks to a house. */
export const aStranger = async (house: Tandem, address: string, bindPort = 0): Promise<Stranger> => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  socket.bind(bindPort, address)
  await once(socket, 'listening')
  // A test that fails leaves its sockets behind: they must not keep the run from ending.
  socket.unref()
  const { port } = socket.address()
  const waiting = new Map<string, (text: string) => void>()
  const stranger: Stranger = {
    ...{ address, port, socket, via: `SIP/2.0/UDP ${address}:${port}` },
    counts: new Map(),
    onMessage: undefined,
    send: (message) =>
      socket.send(
        typeof message === 'string' ? Buffer.from(message, 'latin1') : message,
        house.ports.sip,
        '127.0.0.1',
      ),
    ask: async (text, timeoutMs = 15_000) => {
      const branch = branchOf(text) ?? ''
      const answer = new Promise<string>((resolve) => waiting.set(branch, resolve))
      const repeat = setInterval(() => stranger.send(text), 500)
      const end = setTimeout(() => waiting.get(branch)?.(''), timeoutMs)
      stranger.send(text)
      const message = await answer
      waiting.delete(branch)
      clearInterval(repeat)
      clearTimeout(end)
      return message === '' ? undefined : message
    },
    close: () => socket.close(),
  }
  socket.on('error', () => {})
  socket.on('message', (octets) => {
    const text = octets.toString('latin1')
    const status = statusOf(text)
    stranger.counts.set(status, (stranger.counts.get(status) ?? 0) + 1)
    if (status >= 200) waiting.get(branchOf(text) ?? '')?.(text)
    stranger.onMessage?.(text)
  })
  return stranger
}

/** REGISTER with a password, challenge and all; gives the last answer. */
export const registerRaw = async (
  stranger: Stranger,
  user: string,
  password: string,
  contact = `<sip:${user}@${stranger.address}:${stranger.port}>`,
  expires = 3600,
  timeoutMs = 15_000,
): Promise<string> => {
  const headers = [`Contact: ${contact}`, `Expires: ${expires}`]
  const build = (cseq: number, more: string[] = []): string =>
    requestText({ method: 'REGISTER', from: user, via: stranger.via, cseq, headers: [...headers, ...more] })
  const first = (await stranger.ask(build(1), timeoutMs)) ?? ''
  if (statusOf(first) !== 401) return first
  const challenge = headerOf(first, 'WWW-Authenticate') ?? ''
  const proof = authorizationOf(challenge, `${user}@${DOMAIN}`, password, 'REGISTER')
  return (await stranger.ask(build(2, [`Authorization: ${proof}`]), timeoutMs)) ?? ''
}

/** A stream with all that came over it as one text. */
export type RawStream = { socket: Socket; readonly text: string; readonly closed: boolean }

export const aStream = async (
  port: number,
  { from, tls = false }: { from?: string; tls?: boolean } = {},
): Promise<RawStream> => {
  const place = { host: '127.0.0.1', port, ...(from !== undefined && { localAddress: from }) }
  const socket = tls ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place)
  const stream = { socket, text: '', closed: false }
  socket.unref()
  socket.on('error', () => {})
  socket.on('close', () => {
    stream.closed = true
  })
  socket.on('data', (octets) => {
    if (stream.text.length < 1 << 20) stream.text += octets.toString('latin1')
  })
  await new Promise((resolve) =>
    socket.once(tls ? 'secureConnect' : 'connect', resolve).once('close', resolve),
  )
  return stream
}
