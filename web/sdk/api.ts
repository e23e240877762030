/** The phone's HTTP API (docs/protocols/web-phone.md), with the login in a cookie. */

/** `elsewhere`: an extension of another exchange, which has its mailbox; nobody rings it while its page is closed. */
export type Me = { tel: string; name: string; identities: string[]; domain?: string; elsewhere?: boolean }
export type PhoneConfig = {
  ws: string[]
  video: { width: number; height: number }
  echo: string
  maxBlf: number
  push: { key: string } | null
  version: string
}
export type BookEntry = { name: string; tel: string; blf: boolean }
export type BookGroup = { name: string; entries: BookEntry[] }
export type HistoryCall = {
  id: string
  direction: 'in' | 'out'
  with: string
  name: string
  video: boolean
  startedAtMs: number
  answeredAtMs?: number | null
  endedAtMs?: number | null
  /** A SIP status. */
  cause?: number | null
  reason?: string | null
  missed: boolean
  /** A mailbox answered: with a message left or without; `own`: the user heard its own. */
  voiceMail?: 'message' | 'no-message' | 'own'
  recordings: HistoryRecording[]
}
/** `voice`: of the user, or of the other party; absent: of both. */
export type HistoryRecording = { id: string; ms: number; voice?: 'own' | 'other' }
export type StoredText = {
  id: string
  direction: 'in' | 'out'
  with: string
  msg: string
  atMs: number
  state: string
  reason?: string | null
}
export type Conversation = { with: string; name: string; last: StoredText; unread: number }
export type Recording = HistoryRecording & {
  call: string
  with: string
  name: string
  atMs: number
  type: string
}
export type MailMessage = {
  id: string
  from: string
  name: string
  atMs: number
  ms: number
  heard: boolean
  urgent: boolean
}
export type Page<K extends string, T> = { [key in K]: T[] } & { next?: string | null }

/** `status` 0: the server could not be reached. `title` is the server's plain sentence. */
export class ApiError extends Error {
  readonly status: number
  readonly retryAfterS: number | undefined
  constructor(status: number, title: string, retryAfterS?: number) {
    super(title)
    this.status = status
    this.retryAfterS = retryAfterS
  }
}

type Query = Record<string, string | number | undefined>

const errorOf = async (response: Response): Promise<ApiError> => {
  const problem = (await response.json().catch(() => ({}))) as { title?: unknown; detail?: unknown }
  const words = [problem.detail, problem.title].find((one) => typeof one === 'string') as string | undefined
  const wait = Number(response.headers.get('retry-after'))
  return new ApiError(response.status, words ?? response.statusText, wait > 0 ? wait : undefined)
}

export const createApi = (base = '/phone/api', ask: typeof fetch = (...a) => fetch(...a)) => {
  const request = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const raw = body instanceof Blob
    const response = await ask(`${base}/${path}`, {
      ...{ method, credentials: 'same-origin' },
      headers: {
        accept: 'application/json',
        ...(method === 'GET' ? {} : { 'x-tandem-phone': '1' }),
        ...(body === undefined ? {} : { 'content-type': raw ? body.type : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    }).catch(() => {
      throw new ApiError(0, 'The server cannot be reached.')
    })
    if (!response.ok) throw await errorOf(response)
    return response
  }
  const get = async <T>(path: string, query: Query = {}): Promise<T> => {
    const words = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
    const search = new URLSearchParams(words.map(([name, value]) => [name, String(value)])).toString()
    return (await request('GET', search ? `${path}?${search}` : path)).json() as Promise<T>
  }
  const send = async (method: string, path: string, body?: unknown): Promise<void> => {
    await request(method, path, body)
  }
  const one = encodeURIComponent

  return {
    login: async (user: string, password: string): Promise<Me> =>
      (await request('POST', 'login', { user, password })).json() as Promise<Me>,
    logout: () => send('POST', 'logout', {}),
    me: () => get<Me>('me'),
    config: () => get<PhoneConfig>('config'),
    /** What `createPhone` wants as `token`. */
    token: async (): Promise<string | 'signed-out' | undefined> => {
      try {
        const answer = await (await request('POST', 'token', {})).json()
        return (answer as { token: string }).token
      } catch (error) {
        return error instanceof ApiError && error.status === 401 ? 'signed-out' : undefined
      }
    },
    phoneBook: () => get<{ groups: BookGroup[] }>('phone-book'),
    history: (query: { before?: string; q?: string; limit?: number }) =>
      get<Page<'calls', HistoryCall>>('history', query),
    conversations: () => get<{ conversations: Conversation[] }>('conversations'),
    messages: (query: { with: string; before?: string; limit?: number }) =>
      get<Page<'messages', StoredText>>('messages', query),
    read: (other: string, id: string) => send('POST', 'read', { with: other, id }),
    recordings: () => get<Page<'recordings', Recording>>('recordings'),
    recordingUrl: (id: string) => `${base}/recordings/${one(id)}/audio`,
    dropRecording: (id: string) => send('DELETE', `recordings/${one(id)}`),
    mailbox: () => get<{ messages: MailMessage[] }>('mailbox'),
    mailUrl: (id: string) => `${base}/mailbox/${one(id)}/audio`,
    markMail: (id: string, heard: boolean) => send('PATCH', `mailbox/${one(id)}`, { heard }),
    dropMail: (id: string) => send('DELETE', `mailbox/${one(id)}`),
    greetingUrl: `${base}/mailbox/greeting`,
    putGreeting: (wav: Blob) => send('PUT', 'mailbox/greeting', wav),
    dropGreeting: () => send('DELETE', 'mailbox/greeting'),
    push: (subscription: unknown) => send('POST', 'push', subscription),
    dropPush: (endpoint: string) => send('DELETE', 'push', { endpoint }),
  }
}

export type Api = ReturnType<typeof createApi>
