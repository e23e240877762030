import JsSip from 'jssip'
import { type Session, type SessionDescriptionHandler, UserAgent, type UserAgentOptions } from 'sip.js'

/** Web phones without a browser: the libraries' SIP over Node's own WebSocket, with a plain RTP description for media. */
export type WebAccount = { server: string; user: string; domain: string; authUser: string; password: string }

/** What a phone without media says of itself; nobody listens at the port. */
export const plainDescription = (address: string, port: number): string =>
  [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 8 101`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=sendrecv',
    '',
  ].join('\r\n')

type Described = SessionDescriptionHandler & { remote: string | undefined }

const describe = (): Described => ({
  remote: undefined,
  close: () => {},
  getDescription: async () => ({ body: plainDescription('127.0.0.1', 9), contentType: 'application/sdp' }),
  hasDescription: (contentType) => contentType === 'application/sdp',
  sendDtmf: () => false,
  async setDescription(sdp) {
    this.remote = sdp
  },
})

export const remoteDescriptionOf = (session: Session): string =>
  (session.sessionDescriptionHandler as Described | undefined)?.remote ?? ''

export const createSipJs = (account: WebAccount, delegate: UserAgentOptions['delegate'] = {}): UserAgent => {
  const uri = UserAgent.makeURI(`sip:${account.user}@${account.domain}`)
  if (!uri) throw new Error('not a URI')
  return new UserAgent({
    uri,
    delegate,
    transportOptions: { server: account.server },
    authorizationUsername: account.authUser,
    authorizationPassword: account.password,
    sessionDescriptionHandlerFactory: describe,
    logBuiltinEnabled: false,
  })
}

export const createJsSip = (account: WebAccount): JsSip.UA =>
  new JsSip.UA({
    sockets: [new JsSip.WebSocketInterface(account.server)],
    uri: `sip:${account.user}@${account.domain}`,
    authorization_user: account.authUser,
    password: account.password,
    register: false,
    session_timers: false,
  })

type Answer = { response: { status_code: number } }
/** What JsSIP has and its types leave out. */
type JsSipMore = {
  once(event: string, listener: () => void): void
  sendOptions(
    target: string,
    body: undefined,
    options: { eventHandlers: { succeeded(answer: Answer): void; failed(why: { cause: string }): void } },
  ): void
}
const more = (phone: JsSip.UA) => phone as unknown as JsSipMore

export const once = (phone: JsSip.UA, event: string, timeoutMs = 30_000): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${event}: not within ${timeoutMs} ms`)), timeoutMs)
    more(phone).once(event, () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** The status that OPTIONS was answered with. */
export const askOptions = (phone: JsSip.UA, domain: string): Promise<number> =>
  new Promise((resolve, reject) =>
    more(phone).sendOptions(`sip:${domain}`, undefined, {
      eventHandlers: {
        succeeded: ({ response }) => resolve(response.status_code),
        failed: ({ cause }) => reject(new Error(cause)),
      },
    }),
  )
