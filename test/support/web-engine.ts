import type { MediaEvents } from '#core'
import type { Result } from '#lib/result'
import { createEmbeddedMedia, type EmbeddedMediaPorts } from '#media'
import { portRange } from './ports.ts'

/** What the engine told by itself. */
export type Told = { op: keyof MediaEvents; values: unknown[] }

/** The embedded engine on loopback, with places for browsers. */
export const aWebEngine = async (
  more: {
    native?: boolean
    workers?: number
    onWorker?: EmbeddedMediaPorts['onWorker']
    /** What the log says as errors is expected. */
    quiet?: boolean
    limits?: { talking: number; video: number; hold: number }
  } = {},
) => {
  const told: Told[] = []
  const tell =
    (op: keyof MediaEvents) =>
    (...values: unknown[]): void =>
      void told.push({ op, values })
  const [plain, web] = [portRange(100), portRange(200)]
  const media = await createEmbeddedMedia({
    listeners: [{ address: '127.0.0.1', bind: '127.0.0.1', portMin: plain.from, portMax: plain.to }],
    log: {
      on: () => false,
      write: (_layer, level, text) => level === 'error' && !more.quiet && console.error(text),
    },
    events: {
      onSilent: tell('onSilent'),
      onDtmf: tell('onDtmf'),
      onWeb: tell('onWeb'),
      onPictureWanted: tell('onPictureWanted'),
    },
    workers: more.workers ?? 1,
    ...(more.onWorker && { onWorker: more.onWorker }),
    ...(more.native !== undefined && { native: more.native }),
    web: {
      ...{ binds: ['127.0.0.1'], addresses: [], portMin: web.from, portMax: web.to },
      limits: () => more.limits ?? { talking: 30, video: 40, hold: 600 },
    },
  })
  return { media, told }
}

export const CALLER_AT = { callerAddress: '127.0.0.1', callerListener: 0 }
export const CALLEE_AT = { calleeAddress: '127.0.0.1', calleeListener: 0 }

export const given = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error(`refused: ${String(result.error)}`)
  return result.value
}
