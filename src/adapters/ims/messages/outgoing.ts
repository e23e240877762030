import type { Binding } from '#core'
import type { Flow } from '#lib/wire'
import { createRequest, parseRetryAfter, type SipEndpoint, type SipRequest } from '#sip'
import type { Attempt } from './attempt.ts'

/** What became of one MESSAGE: its final status, or that there was none. */
export type Answer = { status: number; retryAfterS?: number } | 'timeout' | 'transport'

export type Letter = {
  uri: string
  routes: readonly string[]
  /** With brackets, without tag. */
  from: string
  to: string
  callId: string
  tag: string
  headers: [name: string, value: string][]
  contentType: string
  body: Uint8Array
}

const letterRequest = (letter: Letter): SipRequest => {
  const request = createRequest('MESSAGE', letter.uri)
  const { headers } = request
  for (const route of letter.routes) headers.add('Route', route)
  headers.add('Max-Forwards', '70').add('From', `${letter.from};tag=${letter.tag}`).add('To', letter.to)
  headers.add('Call-ID', letter.callId).add('CSeq', '1 MESSAGE')
  for (const [name, value] of letter.headers) headers.add(name, value)
  headers.add('Content-Type', letter.contentType)
  request.body = letter.body
  return request
}

/** Sends a MESSAGE and waits for its end. */
export const sendLetter = (
  request: SipEndpoint['request'],
  letter: Letter,
  flow: Flow,
  onAnswer: (answer: Answer) => void,
  branch?: string,
): void => {
  const events = {
    onResponse: ({ status, headers }: { status: number; headers: SipRequest['headers'] }): void => {
      if (status < 200) return
      const after = headers.get('Retry-After')
      const retryAfterS = after === undefined ? undefined : parseRetryAfter(after)
      onAnswer(retryAfterS === undefined ? { status } : { status, retryAfterS })
    },
    onFailure: onAnswer,
  }
  request(letterRequest(letter), flow, events, branch)
}

/** Where a bound contact is told things, and the names that this attempt has there. */
export const letterTo = (
  { contact, path }: Binding,
  { callId, tag }: Attempt,
): Pick<Letter, 'uri' | 'routes' | 'callId' | 'tag'> => ({ uri: contact, routes: path, callId, tag })
