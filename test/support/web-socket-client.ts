import { once } from 'node:events'
import { WebSocket } from 'ws'
import { createWebClient, type WebClient } from '#simulators'
import { encipher } from '#webcall'
import { KEY, type WebTown } from './web-town.ts'

export type SocketClient = WebClient & { close(): void }

/** A web phone without a face on a real connection: of the old kind, or of the new one. */
export const socketClient = async (
  house: WebTown,
  user: string,
  dialect: 'lines' | 'json' = 'lines',
  fields: Record<string, unknown> = {},
): Promise<SocketClient> => {
  const socket = new WebSocket(house.wss, 'web-call-protocol', { rejectUnauthorized: false })
  await once(socket, 'open')
  const client = createWebClient({ dialect, send: (text) => socket.send(text) })
  socket.on('message', (text) => client.onText(String(text)))
  if (dialect === 'json') client.say(1001, { tel: user, token: await house.token(user), ...fields })
  else {
    client.say(1000)
    const nonce = String((await client.next(2000)).nonce)
    const pwd = encipher(`secret-of-${user}`, { cipher: 'aes128ecb', key: KEY, nonce, tel: user })
    client.say(1001, { usr: user, tel: user, pwd })
  }
  await client.next(9001, { state: 0 })
  return Object.assign(client, { close: () => socket.terminate() })
}
