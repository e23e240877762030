import { once } from 'node:events'
import { WebSocket } from 'ws'
import { createWebClient } from '#simulators'
import { encipher } from '#webcall'
import { freePort } from './ports.ts'
import { DOMAIN } from './tandem.ts'
import type { SocketClient } from './web-socket-client.ts'
import { KEY, startWebTown, type WebTown } from './web-town.ts'

/** A house whose web phones are extensions of the exchange at `port`; `users`: those whose passwords it knows itself. */
export const startProxyTown = async (
  port: number,
  {
    address = '127.0.0.1',
    users = [] as string[],
    domain = DOMAIN,
    proxy = {} as Record<string, unknown>,
    config = {} as Record<string, unknown>,
  } = {},
): Promise<WebTown & { local: number }> => {
  const [local, ws, wss, http] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const house = await startWebTown(users, {
    webphone: {
      ...{ ws_addr: `127.0.0.1:${ws}`, wss_addr: `127.0.0.1:${wss}` },
      phone_http_addr: `127.0.0.1:${http}`,
      legacy: { key: KEY, plain_ws: true },
      proxy: { domain, addr: `${address}:${port}`, local_port: local, ...proxy },
    },
    ...config,
  })
  return { ...house, local, ws: `ws://127.0.0.1:${ws}`, wss: `wss://127.0.0.1:${wss}` }
}

/** An old client that has said nothing. */
export const stranger = async (house: WebTown): Promise<SocketClient> => {
  const socket = new WebSocket(house.ws, 'web-call-protocol')
  await once(socket, 'open')
  const client = createWebClient({ dialect: 'lines', send: (text) => socket.send(text) })
  socket.on('message', (text) => client.onText(String(text)))
  return Object.assign(client, { close: () => socket.terminate() })
}

/** An old client that has said who it is; what comes of it is for the test. */
export const extension = async (
  house: WebTown,
  user: string,
  password = `secret-of-${user}`,
  fields: Record<string, unknown> = {},
): Promise<SocketClient> => {
  const client = await stranger(house)
  client.say(1000)
  const nonce = String((await client.next(2000)).nonce)
  const pwd = encipher(password, { cipher: 'aes128ecb', key: KEY, nonce, tel: user })
  client.say(1001, { usr: user, tel: user, pwd, ...fields })
  await client.next(2001, { code: 0 })
  return client
}
