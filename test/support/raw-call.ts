import { authorizationOf, headerOf, requestText, type Stranger, statusOf, token } from './raw-sip.ts'
import { DOMAIN } from './tandem.ts'
import { until } from './wait.ts'

/** A description by hand; `port` need not be open. */
export const sdpOf = (address: string, port: number): string =>
  [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    '',
  ].join('\r\n')

export type RawCall = {
  readonly callId: string
  /** Where the house takes its RTP. */
  readonly media: number
  /** True once the house said BYE (which is answered). */
  readonly ended: boolean
}

/** Answers what the house asks of a phone: every INVITE at once, BYE and the rest with 200. */
export const answerAll = (stranger: Stranger, onBye: (callId: string) => void = () => {}): void => {
  stranger.onMessage = (text) => {
    const method = text.match(/^([A-Z]+) sip/)?.[1]
    if (method === undefined || method === 'ACK') return
    const callId = headerOf(text, 'Call-ID') ?? ''
    if (method === 'BYE') onBye(callId)
    const copied = text.match(/^(Via|From|Call-ID|CSeq|Record-Route):.*\r\n/gim)?.join('') ?? ''
    const to = headerOf(text, 'To') ?? ''
    const tagged = to.includes(';tag=') ? to : `${to};tag=${callId.slice(0, 8)}`
    const body = method === 'INVITE' ? sdpOf(stranger.address, 40_000) : ''
    const type = body && 'Content-Type: application/sdp\r\n'
    const contact = `Contact: <sip:phone@${stranger.address}:${stranger.port}>\r\n`
    stranger.send(
      `SIP/2.0 200 OK\r\n${copied}To: ${tagged}\r\n${contact}${type}Content-Length: ${body.length}\r\n\r\n${body}`,
    )
  }
}

/** Calls somebody; resolves when it is answered and acknowledged. */
export const callRaw = async (
  stranger: Stranger,
  user: string,
  password: string,
  number: string,
): Promise<RawCall> => {
  const callId = token()
  const uri = `sip:${number}@${DOMAIN}`
  const contact = `Contact: <sip:${user}@${stranger.address}:${stranger.port}>`
  const call = { callId, media: 0, ended: false }
  const before = stranger.onMessage
  stranger.onMessage = (text) => {
    if (text.startsWith('BYE') && headerOf(text, 'Call-ID') === callId) call.ended = true
    before?.(text)
  }
  const invite = (cseq: number, more: string[] = []): string =>
    requestText({
      ...{ method: 'INVITE', uri, from: user, to: `<${uri}>`, callId, cseq, via: stranger.via },
      headers: [contact, 'Content-Type: application/sdp', ...more],
      body: sdpOf(stranger.address, stranger.port + 1),
    })
  const ack = (answer: string, cseq: number): void => {
    const target = statusOf(answer) < 300 ? headerOf(answer, 'Contact')?.match(/<([^>]*)>/)?.[1] : undefined
    const headers = { from: headerOf(answer, 'From') ?? '', to: headerOf(answer, 'To') ?? '' }
    const text = requestText({ method: 'ACK', uri: target ?? uri, callId, cseq, via: stranger.via })
    const sameBranch = target
      ? text
      : text.replace(/branch=[^\r]*/, `branch=${headerOf(answer, 'Via')?.match(/branch=([^;,\s]+)/)?.[1]}`)
    stranger.send(
      sameBranch.replace(/^From:.*$/m, `From: ${headers.from}`).replace(/^To:.*$/m, `To: ${headers.to}`),
    )
  }
  const ask = async (cseq: number, more: string[]): Promise<string> => {
    const answer = (await stranger.ask(invite(cseq, more), 8000)) ?? ''
    if (statusOf(answer) >= 200) ack(answer, cseq)
    return answer
  }
  const first = await ask(1, [])
  const challenge = headerOf(first, 'Proxy-Authenticate') ?? ''
  const proof = authorizationOf(challenge, `${user}@${DOMAIN}`, password, 'INVITE')
  const answer = statusOf(first) === 407 ? await ask(2, [`Proxy-Authorization: ${proof}`]) : first
  if (statusOf(answer) !== 200) throw new Error(`the call was not answered:\n${answer}`)
  call.media = Number(answer.match(/^m=audio (\d+)/m)?.[1] ?? 0)
  await until('the media port', () => call.media > 0)
  return call
}
