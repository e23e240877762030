import { Worker } from 'node:worker_threads'
import { type Certificate, createCertificate, fingerprintOf } from '#dtls'
import { bugText, type Log } from '#lib/log'
import type { HandshakeFailure, HandshakeId, Handshaker, HandshakerEvents } from './handshaker.ts'
import type { FromThread, ToThread } from './talk.ts'

export type HandshakerPorts = {
  events: HandshakerEvents
  log: Log
  /** Of our own, kept over restarts; where none is given one is made, which lives as long as the process. */
  certificate?: Certificate
}

/** Datagrams on their way to the thread; who floods loses what comes beyond, as on any network. */
const MOST_WAITING = 4096

/** The port's implementation: the bookkeeping here, the work in `thread.ts`. Make one when the first browser is there. */
export const createHandshaker = ({ events, log, certificate: given }: HandshakerPorts): Handshaker => {
  const certificate = given ?? createCertificate(Date.now())
  const waiting = new Int32Array(new SharedArrayBuffer(4))
  const serials = new Map<HandshakeId, number>()
  const ids = new Map<number, HandshakeId>()
  /** Closed by us; what may come of them is a good-bye. */
  const closing = new Map<number, HandshakeId>()
  const figures = { handshakes: 0, connected: 0, failed: 0 }
  let lastSerial = 0
  let worker: Worker | undefined
  let ended = false

  const forget = (id: HandshakeId): void => {
    const serial = serials.get(id)
    if (serial !== undefined) ids.delete(serial)
    serials.delete(id)
  }

  const fail = (id: HandshakeId, reason: HandshakeFailure): void => {
    figures.failed++
    forget(id)
    events.onFailed(id, reason)
  }

  const onGone = (serial: number, goodbye: Uint8Array | undefined): void => {
    const id = closing.get(serial)
    closing.delete(serial)
    if (id !== undefined && goodbye) events.onSend(id, goodbye)
  }

  const onTold = (told: FromThread): void => {
    if (told.op === 'gone') return onGone(told.serial, told.goodbye)
    // Of an association that was closed, or started anew, in the meantime.
    const id = ids.get(told.serial)
    if (id === undefined) return
    switch (told.op) {
      case 'send':
        return events.onSend(id, told.datagram)
      case 'connected':
        figures.connected++
        return events.onConnected(id, told.keys)
      case 'failed':
        return fail(id, told.reason)
      case 'closed':
        forget(id)
        return events.onClosed(id)
    }
  }

  const onExit = (lost: Worker): void => {
    if (worker !== lost) return
    worker = undefined
    closing.clear()
    Atomics.store(waiting, 0, 0)
    if (ended) return
    log.write('media', 'error', `the thread of DTLS handshakes ended; ${ids.size} associations are lost`)
    for (const id of [...serials.keys()]) fail(id, 'busy')
  }

  const launch = (): Worker => {
    const made = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: { certificate, waiting },
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 },
    })
    made.unref()
    made.on('message', onTold)
    made.on('error', (error) => log.write('media', 'error', `DTLS: ${bugText(error)}`))
    made.on('exit', () => onExit(made))
    return made
  }

  const post = (told: ToThread): void => {
    // Good-byes of browsers may come while the house closes: a thread started for them would never end.
    if (ended) return
    worker ??= launch()
    worker.postMessage(told)
  }

  const close = (id: HandshakeId): void => {
    const serial = serials.get(id)
    if (serial === undefined) return
    forget(id)
    closing.set(serial, id)
    post({ op: 'close', serial })
  }

  // Its start takes longer than a handshake, and descriptions go back and forth before one is due.
  setImmediate(() => {
    if (!ended) worker ??= launch()
  }).unref()

  return {
    fingerprint: fingerprintOf(certificate.certificate),
    start: ({ id, role, fingerprints }) => {
      if (ended) return
      close(id)
      const serial = ++lastSerial
      serials.set(id, serial)
      ids.set(serial, id)
      figures.handshakes++
      post({ op: 'start', serial, start: { role, fingerprints } })
    },
    feed: (id, datagram) => {
      const serial = serials.get(id)
      if (serial === undefined || Atomics.load(waiting, 0) >= MOST_WAITING) return
      Atomics.add(waiting, 0, 1)
      // A copy of these octets alone: cloning a view would take along the whole block it is cut from.
      post({ op: 'feed', serial, datagram: datagram.slice() })
    },
    close,
    figures: () => ({ ...figures }),
    end: async () => {
      ended = true
      await worker?.terminate()
    },
  }
}
