import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createTimers } from '#lib/timers'
import { aGoipDevice, type badPath } from './goip-device.ts'

type Options = {
  id: string
  password: string
  server: number
  sendMs?: number
  path?: ReturnType<typeof badPath>
}

/** A scripted GoIP channel with a UDP socket of its own on loopback, and what went both ways. */
export const openGoipSocket = async ({ server, path = (go) => go(), ...channel }: Options) => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const [heard, said]: [string[], string[]] = [[], []]
  let open = true
  /** Answers go to who asked: not every server asks from the socket that hears keepalives. */
  let asking = server
  const device = aGoipDevice({
    ...{ ...channel, timers: createTimers() },
    say: (text) => {
      said.push(text)
      const port = text.includes(';id:') ? server : asking
      path(() => open && socket.send(text, port, '127.0.0.1'))
    },
  })
  socket.on('message', (octets, from) => {
    if (octets.subarray(0, 4).toString() === 'MSG ') asking = from.port
    path(() => {
      heard.push(octets.toString('utf8'))
      device.hear(octets.toString('utf8'))
    })
  })
  return {
    ...{ device, heard, said },
    port: socket.address().port,
    /** Sends as it stands. */
    raw: (text: string | Uint8Array): void => void socket.send(text, server, '127.0.0.1'),
    close(): void {
      open = false
      socket.close()
    },
  }
}
export type GoipSocket = Awaited<ReturnType<typeof openGoipSocket>>
