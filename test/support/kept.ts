import type { WebTown } from './web-town.ts'

/** What a user's phone shows of what is kept, over HTTP as the phone asks for it. */
export const keptOf = async (house: WebTown, user: string) => {
  const api = `http://127.0.0.1:${house.ports.http}/phone/api`
  const body = JSON.stringify({ user, password: `secret-of-${user}` })
  const headers = { 'content-type': 'application/json', 'x-tandem-phone': '1' }
  const login = await fetch(`${api}/login`, { method: 'POST', headers, body })
  if (login.status !== 200) throw new Error(`login: ${login.status}`)
  const cookie = login.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const get = async (path: string): Promise<Response> => {
    const response = await fetch(`${api}/${path}`, { headers: { cookie } })
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const audio = async (path: string): Promise<Uint8Array> =>
    new Uint8Array(await (await get(path)).arrayBuffer())
  return {
    recordings: async () =>
      ((await (await get('recordings')).json()) as { recordings: { id: string; ms: number; type: string }[] })
        .recordings,
    messages: async () =>
      ((await (await get('mailbox')).json()) as { messages: { id: string; ms: number; from: string }[] })
        .messages,
    recording: (id: string) => audio(`recordings/${id}/audio`),
    message: (id: string) => audio(`mailbox/${id}/audio`),
  }
}
