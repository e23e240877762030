import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { UeOptions } from '../option-reader.ts'
import { createWebClient, type Heard } from './client.ts'
import { readWebOptions, type WebPlan } from './options.ts'
import { webWords } from './words.ts'

type Reply = { status: number; text: string; cookie: string }

export type WebCommandPorts = {
  timers: Timers
  /** One request to the phone's API; the error is a sentence. */
  ask(
    url: string,
    request: { method: string; headers: Record<string, string>; body?: string },
  ): Promise<Result<Reply, string>>
  /** A WebSocket of `web-call-protocol`; the error is a sentence. */
  open(
    url: string,
    hear: { onText(text: string): void; onClose(): void },
  ): Promise<Result<{ send(text: string): void; close(): void }, string>>
  /** As many characters that nobody guesses. */
  token(length: number): string
  print(line: string): void
  /** Resolves when the person wants to leave. */
  interrupted: Promise<void>
}

/** What a browser without a microphone, a speaker and a network would say: nobody is there to send or to hear. */
const describe = (token: WebCommandPorts['token'], setup: 'actpass' | 'active'): string =>
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
    ...['m=audio 9 UDP/TLS/RTP/SAVPF 0 8 126', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=sendrecv', 'a=rtcp-mux'],
    ...[`a=ice-ufrag:${token(8)}`, `a=ice-pwd:${token(24)}`, `a=setup:${setup}`],
    `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`,
    ...['a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:126 telephone-event/8000', ''],
  ].join('\r\n')

const membersOf = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** A token for the socket, and where that is. */
const enter = async (
  plan: WebPlan,
  { ask }: WebCommandPorts,
): Promise<Result<{ token: string; ws: string }, string>> => {
  const api = `${plan.phone}/phone/api`
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-tandem-phone': '1' }
  const post = (path: string, body: object) =>
    ask(`${api}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const config = await ask(`${api}/config`, { method: 'GET', headers })
  if (!config.ok) return config
  const [ws] = (membersOf(config.value.text).ws ?? []) as string[]
  if (ws === undefined) return err(`${plan.phone} is no web phone (${config.value.status})`)
  if (plan.token !== undefined) return ok({ token: plan.token, ws })
  const login = await post('login', { user: plan.user, password: plan.password })
  if (!login.ok) return login
  if (login.value.status !== 200) return err(`login refused: ${login.value.status}`)
  headers.cookie = login.value.cookie
  const reply = await post('token', {})
  if (!reply.ok) return reply
  const { token } = membersOf(reply.value.text)
  return typeof token === 'string' ? ok({ token, ws }) : err(`no token: ${reply.value.status}`)
}

/** `tandem sim web`: a web phone without media. Gives the exit code: 0 when what was asked for took place. */
export const runWeb = async (options: UeOptions, ports: WebCommandPorts): Promise<0 | 1> => {
  const { print, timers } = ports
  const plan = readWebOptions(options)
  if (!plan.ok) {
    for (const problem of plan.error) print(problem)
    return 1
  }
  const entered = await enter(plan.value, ports)
  if (!entered.ok) {
    print(entered.error)
    return 1
  }
  const done = Promise.withResolvers<void>()
  const begun = await begin(plan.value, entered.value, ports, done.resolve)
  if (!begun.ok) {
    print(begun.error)
    return 1
  }
  timers.after(plan.value.seconds * 1000, done.resolve)
  await Promise.race([done.promise, ports.interrupted])
  return begun.value()
}

/** Gives the function that leaves, and tells how it went. */
const begin = async (
  plan: WebPlan,
  { token, ws }: { token: string; ws: string },
  ports: WebCommandPorts,
  over: () => void,
): Promise<Result<() => 0 | 1, string>> => {
  const { timers, print } = ports
  const live = new Set<unknown>()
  const went = { registered: false, connected: false, text: plan.text === undefined }
  const onHeard = (heard: Heard): void => {
    const words = webWords(heard)
    if (words !== undefined) print(words)
    const { op, cid } = heard
    if (op === 9001 && heard.state === 0) start()
    if (op === 2003 && heard.code === 0) live.add(cid)
    if (op === 9002) ring(cid)
    if (op === 9003 && heard.kind === 'offer') client.say(1004, { cid, sdp: describe(ports.token, 'active') })
    if (op === 9004 && heard.state === 2) went.connected = true
    if (op === 9004 && heard.state === 0) live.delete(cid)
    if (op === 9005) client.say(1018, { id: heard.id })
    if (op === 9006 && heard.state !== 'failed') went.text = true
  }
  const start = (): void => {
    if (went.registered) return
    went.registered = true
    if (plan.call !== undefined) client.say(1003, { to: plan.call, sdp: describe(ports.token, 'actpass') })
    if (plan.text) client.say(1009, { ...plan.text, mid: ports.token(12) })
  }
  const ring = (cid: unknown): void => {
    live.add(cid)
    client.say(1006, { cid })
    if (plan.answerMs === undefined) return
    timers.after(plan.answerMs, () => {
      if (live.has(cid)) client.say(1004, { cid, sdp: describe(ports.token, 'active') })
    })
  }
  const client = createWebClient({ dialect: 'json', send: (text) => socket?.send(text), onHeard })
  let socket: { send(text: string): void; close(): void } | undefined
  const opened = await ports.open(ws, { onText: (text) => client.onText(text), onClose: over })
  if (!opened.ok) return opened
  socket = opened.value
  client.say(1001, { tel: plan.user, token, client: 'tandem sim web' })
  return ok(() => {
    for (const cid of live) client.say(1010, { cid })
    client.say(1002)
    socket?.close()
    return went.registered && went.text && (plan.call === undefined || went.connected) ? 0 : 1
  })
}
