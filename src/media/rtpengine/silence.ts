import type { MediaEvents } from '#core'
import type { Call } from './call.ts'
import { heardAtS } from './flow.ts'

const WATCH_MS = 5000
/** Shorter silence is nobody's business. */
const MIN_SILENT_MS = 5000

/** Where somebody is not to send, silence means nothing. */
const isHeld = ({ said }: Call): boolean =>
  [said.caller, said.callee].some((one) => /^a=(?:sendonly|recvonly|inactive)\r?$/m.test(one?.sdp ?? ''))

/** Asks after every answered call now and then, and tells of those in which nothing comes. The answer ends it. */
export const watchSilence = (
  calls: ReadonlyMap<string, Call>,
  events: Pick<MediaEvents, 'onSilent'>,
  limitOfBrowsersS: () => number,
): (() => void) => {
  const look = async (call: Call): Promise<void> => {
    const reply = await call.server.ask('query', { 'call-id': call.name })
    if (!calls.has(call.name)) return
    // It forgets calls in which nothing comes by itself.
    const isGone = !reply.ok && reply.error.why === 'refused'
    const silentMs = reply.ok && !isHeld(call) ? Date.now() - heardAtS(reply.value) * 1000 : 0
    if (isGone) events.onSilent(call.name, Number.MAX_SAFE_INTEGER)
    else if (silentMs >= MIN_SILENT_MS) {
      const limitS = (call.said.caller?.web ?? call.said.callee?.web) ? limitOfBrowsersS() : 0
      events.onSilent(call.name, silentMs, limitS > 0 ? limitS * 1000 : undefined)
    }
  }
  const watch = setInterval(() => {
    for (const call of calls.values()) if (call.branch !== undefined) void look(call)
  }, WATCH_MS).unref()
  return () => clearInterval(watch)
}
