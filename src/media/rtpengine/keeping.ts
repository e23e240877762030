import type { Media, MediaEvents, Refusal, Side } from '#core'
import { err, ok, type Result } from '#lib/result'
import type { Fields } from './call.ts'
import { forTelephones, PLAIN, partsOf } from './flags.ts'
import type { NgFault, NgReply } from './ng.ts'

export type KeepingPorts = {
  embedded: Media
  ask(call: string, command: string, fields: Fields): Promise<Result<NgReply, NgFault>>
}

const ENDING = '.kept'
const SIDES = ['caller', 'callee'] as const

/** What our own engine tells of calls that are only kept is of the calls by rtpengine that they are copies of. */
export const eventsBeside = (events: MediaEvents): MediaEvents => ({
  ...events,
  onSilent: (call, ...more) => call.endsWith(ENDING) || events.onSilent(call, ...more),
  onDtmf: (call, ...more) => call.endsWith(ENDING) || events.onDtmf(call, ...more),
  onClosed: (call, flowed) => call.endsWith(ENDING) || events.onClosed?.(call, flowed),
  onRecorded: (call, files) =>
    events.onRecorded?.(call.endsWith(ENDING) ? call.slice(0, -ENDING.length) : call, files),
})

const isSound = (section: string): boolean => /^m=audio (?!0 )/.test(section)

/** Its first sound alone: pictures are not kept. */
export const soundOf = (sdp: string): string => {
  const [session = '', ...media] = partsOf(sdp)
  return session + (media.find(isSound) ?? '')
}

/** The answer to what rtpengine offers: the same in every word, to where `ours` says, and nothing comes back. */
export const takenAt = (offer: string, ours: string): string => {
  const address = /^c=.*$/m.exec(ours)?.[0].trimEnd() ?? ''
  const port = /^m=audio (\d+)/m.exec(ours)?.[1] ?? '0'
  const [session = '', ...media] = partsOf(offer)
  const sound = media.findIndex(isSound)
  const sections = media.map((section, at) =>
    section
      .replace(/^(?:c=|a=rtcp:).*\r?\n/gm, '')
      .replace(/^(m=\S+) \d+(.*\r?\n)/, `$1 ${at === sound ? port : 0}$2${address}\r\n`)
      .replace(/^a=(?:sendonly|sendrecv)(?=\r?$)/m, 'a=recvonly'),
  )
  return session.replace(/^c=.*\r?\n/m, '') + sections.join('')
}

/**
 * Recordings of calls by rtpengine: it sends what each side says a second time, in the clear, to a call of our own engine that has
 * nobody else in it, and that one is kept.
 */
export const createKeeping = ({ embedded, ask }: KeepingPorts) => {
  const tags = new Map<string, string[]>()
  let count = 0

  const subscribe = async (
    call: string,
    side: Side,
  ): Promise<Result<{ tag: string; sdp: string }, Refusal>> => {
    const tag = `kept-${side}-${++count}`
    const reply = await ask(call, 'subscribe request', { 'from-tag': side, 'to-tag': tag, ...PLAIN })
    if (!reply.ok) return err('not-acceptable-media')
    tags.get(call)?.push(tag)
    const { sdp } = reply.value
    if (typeof sdp !== 'string' || !partsOf(sdp).some(isSound)) return err('not-acceptable-media')
    return ok({ tag, sdp: forTelephones(sdp) })
  }

  const join = async (call: string): Promise<Result<void, Refusal>> => {
    const [caller, callee] = [await subscribe(call, 'caller'), await subscribe(call, 'callee')]
    if (!caller.ok) return caller
    if (!callee.ok) return callee
    const own = call + ENDING
    const options = { callerListener: 0, calleeListener: 0 }
    const toCallee = await embedded.offer(own, 'caller', soundOf(caller.value.sdp), options)
    if (!toCallee.ok) return toCallee
    const toCaller = await embedded.answer(own, 'callee', soundOf(callee.value.sdp))
    if (!toCaller.ok) return toCaller
    const [said, ours] = [
      { caller: caller.value, callee: callee.value },
      { caller: toCaller.value, callee: toCallee.value },
    ]
    for (const side of SIDES) {
      const { tag, sdp } = said[side]
      const answer = { 'from-tag': side, 'to-tag': tag, sdp: takenAt(sdp, ours[side]), ...PLAIN }
      if (!(await ask(call, 'subscribe answer', answer)).ok) return err('not-acceptable-media')
    }
    return ok(undefined)
  }

  const stop = async (call: string): Promise<void> => {
    const known = tags.get(call) ?? []
    tags.delete(call)
    embedded.close(call + ENDING)
    for (const tag of known) await ask(call, 'unsubscribe', { 'to-tag': tag })
  }

  return {
    keep: async (call: string, folder: string, name: string): Promise<Result<void, Refusal>> => {
      if (tags.has(call) || !embedded.record) return err('bad-request')
      tags.set(call, [])
      const joined = await join(call)
      const kept = joined.ok ? await embedded.record(call + ENDING, folder, name) : joined
      if (!kept.ok) await stop(call)
      return kept
    },
    stop,
    /** The call is over, and rtpengine forgets it by itself. */
    end: (call: string): void => {
      if (tags.delete(call)) embedded.close(call + ENDING)
    },
  }
}
