import { createSocket, type Socket } from 'node:dgram'
import { sleep } from '../test/support/wait.ts'

/** Two benches at once would measure each other: who holds this port has the machine. */
const PORT = 6069
const PATIENCE_MS = 15 * 60_000

const hold = (): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.on('error', () => resolve(undefined))
    socket.bind({ port: PORT, address: '127.0.0.1', exclusive: true }, () => resolve(socket))
  })

/** Waits for its turn; the result gives it up. */
export const takeTurn = async (say: (line: string) => void): Promise<() => void> => {
  const end = performance.now() + PATIENCE_MS
  for (let waited = false; performance.now() < end; waited = true) {
    const socket = await hold()
    if (socket) return () => socket.close()
    if (!waited) say(`another bench holds 127.0.0.1:${PORT}: waiting for it`)
    await sleep(2000)
  }
  throw new Error(`another bench still holds 127.0.0.1:${PORT}`)
}
