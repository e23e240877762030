import { parentPort, workerData } from 'node:worker_threads'
import type { Certificate } from '#dtls'
import { createHandshakes } from './handshakes.ts'
import type { FromThread, ToThread } from './talk.ts'

/** The thread of all handshakes: what is computed here stops neither signalling nor media. */
const TICK_MS = 50

const { certificate, waiting } = workerData as { certificate: Certificate; waiting: Int32Array }
const tell = (told: FromThread): void => parentPort?.postMessage(told)
let timer: NodeJS.Timeout | undefined

const handshakes = createHandshakes({
  certificate,
  nowMs: () => performance.now(),
  send: (serial, datagram) => tell({ op: 'send', serial, datagram }),
  connected: (serial, keys) => tell({ op: 'connected', serial, keys }),
  failed: (serial, reason) => tell({ op: 'failed', serial, reason }),
  closed: (serial) => tell({ op: 'closed', serial }),
})

const tick = (): void => {
  handshakes.tick()
  if (handshakes.isBusy()) return
  clearInterval(timer)
  timer = undefined
}

parentPort?.on('message', (told: ToThread) => {
  if (told.op === 'feed') {
    Atomics.sub(waiting, 0, 1)
    handshakes.feed(told.serial, told.datagram)
  } else if (told.op === 'start') handshakes.start(told.serial, told.start)
  else {
    tell({ op: 'gone', serial: told.serial, goodbye: handshakes.close(told.serial) })
  }
  if (handshakes.isBusy()) timer ??= setInterval(tick, TICK_MS)
})
