import { once } from 'node:events'
import { WebSocket } from 'ws'
import { createWebClient } from '#simulators'
import type { SocketClient } from './web-socket-client.ts'
import type { WebTown } from './web-town.ts'

/** Somebody at the built-in page: logged in with a cookie if `status` is 200. */
export type Person = {
  status: number
  /** What the login was answered. */
  text: string
  /** Of requests, who it is. */
  shows: { headers: Record<string, string> }
  ask(path: string): Promise<Response>
  get<T = unknown>(path: string): Promise<T>
  /** The page's WebSocket, with a token; `expected` is what 9001 shall say. */
  page(fields?: Record<string, unknown>, expected?: Record<string, unknown>): Promise<SocketClient>
}

export const person = async (
  house: WebTown,
  user: string,
  password = `secret-of-${user}`,
): Promise<Person> => {
  const api = `http://127.0.0.1:${house.ports.http}/phone/api`
  const json = { 'content-type': 'application/json', 'x-tandem-phone': '1' }
  const body = JSON.stringify({ user, password })
  const login = await fetch(`${api}/login`, { method: 'POST', headers: json, body })
  const cookie = login.headers.getSetCookie().map((one) => one.split(';')[0])
  const headers = { ...json, cookie: cookie.join('; ') }
  const ask = (path: string): Promise<Response> => fetch(`${api}/${path}`, { headers })
  return {
    ...{ status: login.status, text: await login.text(), shows: { headers }, ask },
    async get<T>(path: string): Promise<T> {
      const reply = await ask(path)
      if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
      return (await reply.json()) as T
    },
    async page(fields = {}, expected = { state: 0 }) {
      const reply = await fetch(`${api}/token`, { method: 'POST', headers, body: '{}' })
      if (reply.status !== 200) throw new Error(`token: ${reply.status}`)
      const { token } = (await reply.json()) as { token: string }
      const socket = new WebSocket(house.ws, 'web-call-protocol')
      await once(socket, 'open')
      const client = createWebClient({ dialect: 'json', send: (text) => socket.send(text) })
      socket.on('message', (text) => client.onText(String(text)))
      client.say(1001, { tel: user, token, ...fields })
      await client.next(9001, expected)
      return Object.assign(client, { close: () => socket.terminate() })
    },
  }
}
