import { createSocket } from 'node:dgram'

/** Just enough of rtpengine's ng protocol to set up calls: bencoded dictionaries over UDP behind a cookie. */
type Bencoded = string | Bencoded[] | { [key: string]: Bencoded }

const encode = (value: Bencoded): string =>
  typeof value === 'string'
    ? `${Buffer.byteLength(value)}:${value}`
    : Array.isArray(value)
      ? `l${value.map(encode).join('')}e`
      : `d${Object.entries(value)
          .map(([key, inner]) => encode(key) + encode(inner))
          .join('')}e`

export type Ng = { ask(command: Record<string, string | string[]>): Promise<string>; close(): void }

const PATIENCE_MS = 2000

/** Answers come back undecoded: the benchmark looks for one m= line in them. */
export const connectNg = (port: number): Ng => {
  const socket = createSocket('udp4')
  const waiting = new Map<string, (answer: string) => void>()
  let cookies = 0
  socket.on('message', (octets) => {
    const text = octets.toString('latin1')
    const space = text.indexOf(' ')
    waiting.get(text.slice(0, space))?.(text.slice(space + 1))
  })
  const ask = (command: Record<string, string | string[]>): Promise<string> =>
    new Promise((resolve, reject) => {
      const cookie = `c${++cookies}`
      const late = setTimeout(
        () => reject(new Error(`rtpengine does not answer ${command.command}`)),
        PATIENCE_MS,
      )
      waiting.set(cookie, (answer) => {
        clearTimeout(late)
        waiting.delete(cookie)
        resolve(answer)
      })
      socket.send(`${cookie} ${encode(command)}`, port, '127.0.0.1')
    })
  return { ask, close: () => void socket.close() }
}
