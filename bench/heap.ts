import WebSocket from 'ws'
import { until } from '../test/support/wait.ts'

/** Looks into a Node process started with `--inspect`: what lives after a full collection, buffers included. */
export type HeapWatch = { liveBytes(): Promise<number>; close(): void }

type Usage = { usedSize?: number; backingStorageSize?: number }

export const watchHeap = async (inspectPort: number): Promise<HeapWatch> => {
  const list = `http://127.0.0.1:${inspectPort}/json/list`
  const targets = await until(
    'inspector',
    async () => (await (await fetch(list)).json()) as { webSocketDebuggerUrl: string }[],
  )
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '')
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const waiting = new Map<number, (result: Usage) => void>()
  socket.on('message', (text) => {
    const { id, result } = JSON.parse(String(text))
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  let ids = 0
  const ask = (method: string): Promise<Usage> =>
    new Promise((resolve) => {
      waiting.set(++ids, resolve)
      socket.send(JSON.stringify({ id: ids, method }))
    })
  return {
    liveBytes: async () => {
      for (let round = 0; round < 2; round++) await ask('HeapProfiler.collectGarbage')
      const { usedSize = Number.NaN, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage')
      return usedSize + backingStorageSize
    },
    close: () => socket.close(),
  }
}
