import type { MessageLink } from '#lib/message-link'
import { createWebClient, type Heard, type WebClient } from '#simulators'
import { encipher } from '#webcall'
import type { House } from './house.ts'
import { WEB_KEY } from './house-web.ts'

export type MemoryClient = WebClient & {
  readonly link: MessageLink
  /** Raw, as it stands. */
  raw(text: string): void
  /** Whether the server has closed the connection, and with what. */
  readonly closed: number | undefined
  /** The connection breaks; with a code the client says that it goes. */
  drop(code?: number): void
  texts: string[]
  /** From now on what it is sent is lost, and nobody notices before something is to be proven. */
  die(): void
}

/** Described as a browser does it, without candidates: mid, ice, dtls, one codec of each kind. */
export const browserSdp = (name: string, { video = false, direction = 'sendrecv' } = {}): string =>
  [
    'v=0',
    `o=${name} 1 1 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE 0${video ? ' 1' : ''}`,
    ...['m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126', 'c=IN IP4 0.0.0.0', 'a=mid:0', `a=${direction}`],
    ...['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv', 'a=setup:actpass', 'a=rtcp-mux'],
    `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
    ...['a=rtpmap:111 opus/48000/2', 'a=rtpmap:126 telephone-event/8000'],
    ...(video
      ? [
          'm=video 9 UDP/TLS/RTP/SAVPF 96',
          'c=IN IP4 0.0.0.0',
          'a=mid:1',
          `a=${direction}`,
          'a=rtpmap:96 VP8/90000',
        ]
      : []),
    '',
  ].join('\r\n')

type Place = { address?: string; secure?: boolean; dialect?: 'lines' | 'json' }

/** A client on a connection in memory. */
export const connect = (
  house: Pick<House, 'webphone'>,
  { address = '203.0.113.7', secure = true, dialect = 'json' }: Place = {},
): MemoryClient => {
  let open = true
  let closed: number | undefined
  let dead = false
  const texts: string[] = []
  const end = (code?: number): void => {
    if (!open) return
    open = false
    user.onClose(code)
  }
  const link: MessageLink = {
    ...{ address, port: 50_000, local: { address: '192.0.2.1', port: 2081 }, secure },
    ...{ origin: undefined, host: '192.0.2.1:2081' },
    get open() {
      return open
    },
    send(text) {
      if (!open) return false
      if (dead) return true
      texts.push(text)
      client.onText(text)
      return true
    },
    async proven() {
      if (dead) end()
      return open
    },
    close(code) {
      closed = code ?? 1001
      end()
    },
  }
  const client = createWebClient({ dialect, send: (text) => open && user.onMessage(text) })
  const user = house.webphone.onLink(link)
  return Object.defineProperties(client, {
    ...{ link: { value: link }, texts: { value: texts }, drop: { value: end } },
    die: {
      value: () => {
        dead = true
      },
    },
    raw: { value: (text: string) => user.onMessage(text) },
    closed: { get: () => closed },
  }) as MemoryClient
}

/** Says 1000 and 1001 as an old client does. */
export const loginOld = async (client: MemoryClient, name: string, password = `secret of ${name}`) => {
  client.say(1000)
  const { nonce } = (await client.next(2000)) as Heard & { nonce: string }
  const pwd = encipher(password, { cipher: 'aes128ecb', key: WEB_KEY, nonce, tel: name })
  client.say(1001, { usr: name, tel: name, pwd })
  return client.next(2001)
}

let count = 0
export const tokenFor = (house: House, name: string): string => {
  const token = `token ${++count}`
  house.tokens.set(token, { impi: `${name}@tandem.test`, tel: name })
  return token
}

/** A new client of that name, logged in. */
export const newClient = async (house: House, name: string, more: Record<string, unknown> = {}) => {
  const client = connect(house)
  client.say(1001, { tel: name, token: tokenFor(house, name), ...more })
  await client.next(9001, { state: 0 })
  return client
}

export const oldClient = async (house: House, name: string) => {
  const client = connect(house, { dialect: 'lines' })
  await loginOld(client, name)
  await client.next(9001, { state: 0 })
  return client
}
