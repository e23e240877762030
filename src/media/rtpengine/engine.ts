import type { Media, MediaEvents, MediaOptions, MediumStats, Refusal, Side } from '#core'
import type { Log } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import { otherSide } from '../call.ts'
import type { EmbeddedMedia } from '../engine.ts'
import { listenerOf, webOf } from '../options.ts'
import { type Call, inTurn } from './call.ts'
import { flagsFor, forBrowsers, forTelephones, withMediaOf } from './flags.ts'
import { flowOf } from './flow.ts'
import { createKeeping } from './keeping.ts'
import { listenForKeys } from './keys.ts'
import { createNgServer, type NgFault, type NgReply, type NgServer, orderFor } from './ng.ts'
import { createPlaces } from './places.ts'
import { watchSilence } from './silence.ts'

export type RtpengineMediaPorts = {
  servers: readonly NgServer[]
  /** Serves what rtpengine has nothing for: echo, offers of the house, mailboxes. */
  embedded: EmbeddedMedia
  events: MediaEvents
  log: Log
  /** Where its `--dtmf-log-dest` tells of pressed keys. */
  keysAt?: NgServer
  /** Seconds after which a call with a browser is given up; 0: never. */
  limitS?(): number
}

const refusalOf = ({ why }: NgFault): Refusal => (why === 'silent' ? 'overloaded' : 'not-acceptable-media')

/** Bridged calls by rtpengine: descriptions go to it by its ng protocol, the packets never see us. */
export const createRtpengineMedia = (ports: RtpengineMediaPorts): EmbeddedMedia => {
  const { embedded, events, log } = ports
  const servers = ports.servers.map((server) => createNgServer(server, log))
  const calls = new Map<string, Call>()
  const places = createPlaces((web) => events.onWeb?.(web, 'anew'))
  log.write(
    'media',
    'info',
    'rtpengine knows no BUNDLE: browsers are answered without it, each medium by itself',
  )

  const ask = async (call: Call, command: string, fields: Record<string, string | number | string[]>) => {
    const reply = await call.server.ask(command, { 'call-id': call.name, ...fields })
    if (!reply.ok)
      log.write('media', 'warn', `rtpengine: ${command}: ${reply.error.text}`, { user: call.name })
    return reply
  }

  const keeping = createKeeping({
    embedded,
    ask: async (name, command, fields) => {
      const call = calls.get(name)
      return call ? ask(call, command, fields) : err({ why: 'refused', text: 'the call is over' })
    },
  })

  const record: NonNullable<Media['record']> = async (name, folder, file) => {
    const call = calls.get(name)
    if (!call) return embedded.record?.(name, folder, file) ?? err('not-acceptable-media')
    return inTurn(call, async () => {
      if (folder !== undefined) return keeping.keep(name, folder, file)
      await keeping.stop(name)
      return ok(undefined)
    })
  }

  const sdpOf = (reply: Result<NgReply, NgFault>, toPhone: boolean): Result<string, Refusal> => {
    if (!reply.ok) return err(refusalOf(reply.error))
    const { sdp } = reply.value
    if (typeof sdp !== 'string') return err('not-acceptable-media')
    return ok(toPhone ? forTelephones(sdp) : forBrowsers(sdp))
  }

  /** A browser is remembered; a place without one is a telephone. */
  const browserOf = (call: Call | undefined, side: Side, options: MediaOptions): string | undefined =>
    webOf(side, options) ?? (listenerOf(side, options) === undefined ? call?.said[side]?.web : undefined)

  const enter = (name: string): Call | undefined => {
    const [server] = orderFor(name, servers)
    const present = calls.get(name)
    if (present || !server) return present
    const call: Call = {
      name,
      server,
      said: {},
      offer: undefined,
      branch: undefined,
      answered: false,
      queue: Promise.resolve(),
    }
    calls.set(name, call)
    return call
  }

  /** The first server that answers has the call; later ones stay with it. */
  const firstOffer = async (call: Call, fields: Record<string, string | number | string[]>) => {
    let reply = await ask(call, 'offer', fields)
    if (call.answered || Object.keys(call.said).length > 1) return reply
    for (const server of orderFor(call.name, servers)) {
      if (reply.ok || reply.error.why !== 'silent' || call.offer) break
      if (server === call.server) continue
      call.server = server
      reply = await ask(call, 'offer', fields)
    }
    return reply
  }

  const tagsOf = (from: Side, call: Call) => ({
    'from-tag': from,
    ...(call.answered && { 'to-tag': otherSide(from) }),
  })

  /** The call of a browser that was asked here stays here: its answer is to our own description. */
  const isHere = (name: string, side: Side, options: MediaOptions): boolean => {
    if (calls.has(name)) return false
    const web = webOf(side, options)
    return places.isHoused(name) || (web !== undefined && places.wasAsked(web))
  }

  const offer: Media['offer'] = async (name, side, sdp, options = {}) => {
    if (isHere(name, side, options)) {
      places.house(name, options)
      return embedded.offer(name, side, sdp, options)
    }
    const isNew = !calls.has(name)
    const call = enter(name)
    if (!call) return err('overloaded')
    return inTurn(call, () => offerOf(call, isNew, side, sdp, options))
  }

  const offerOf = async (
    call: Call,
    isNew: boolean,
    side: Side,
    sdp: string,
    options: MediaOptions,
  ): Promise<Result<string, Refusal>> => {
    const { name } = call
    const [own, to] = [browserOf(call, side, options), otherSide(side)]
    const web = browserOf(call, to, options)
    const goes = call.offer && call.offer.from === side && !call.answered
    const branch = call.answered ? (call.branch ?? 'a') : (web ?? 'phones')
    const reply = await firstOffer(call, {
      ...{ sdp, ...tagsOf(side, call), 'via-branch': branch },
      ...flagsFor(own !== undefined, web !== undefined, false),
    })
    if (!reply.ok) {
      if (isNew && !call.offer) calls.delete(name)
      return err(refusalOf(reply.error))
    }
    call.said[side] = { sdp, web: own }
    const targets = goes && call.offer ? call.offer.targets : new Map()
    call.offer = { from: side, targets: targets.set(web ?? '', { web, branch }) }
    return sdpOf(reply, web === undefined)
  }

  const answer: Media['answer'] = async (name, side, sdp, options = {}) => {
    const call = calls.get(name)
    return call
      ? inTurn(call, () => answerOf(call, side, sdp, options))
      : embedded.answer(name, side, sdp, options)
  }

  const answerOf = async (
    call: Call,
    side: Side,
    sdp: string,
    options: { web?: string },
  ): Promise<Result<string, Refusal>> => {
    const open = call.offer
    if (!open || open.from === side) return err('bad-request')
    const only = open.targets.size === 1 ? [...open.targets.values()][0] : undefined
    const target = open.targets.get(options.web ?? '') ?? (options.web === undefined ? only : undefined)
    if (!target) return err('bad-request')
    const toWeb = call.said[open.from]?.web !== undefined
    const reply = await ask(call, 'answer', {
      ...{ sdp, 'from-tag': open.from, 'to-tag': side, 'via-branch': target.branch },
      ...flagsFor(target.web !== undefined, toWeb, true),
    })
    if (!reply.ok) return err(refusalOf(reply.error))
    call.answered = true
    call.branch = target.branch
    call.said[side] = { sdp, web: target.web }
    for (const one of ['caller', 'callee'] as const) {
      const web = call.said[one]?.web
      if (web !== undefined) places.begin(web, { call: call.name, side: one })
    }
    return sdpOf(reply, !toWeb)
  }

  /** The browser's way to us is another: both sides are negotiated once more, and only it hears of that. */
  const refresh: Media['refresh'] = async (web, sdp) => {
    const place = places.of(web)
    const call = place && calls.get(place.call)
    return call ? inTurn(call, () => refreshOf(call, place.side, web, sdp)) : embedded.refresh(web, sdp)
  }

  const refreshOf = async (
    call: Call,
    side: Side,
    web: string,
    sdp: string,
  ): Promise<Result<string, Refusal>> => {
    const others = call.said[otherSide(side)]
    if (!others) return err('bad-request')
    const branch = { 'via-branch': call.branch ?? 'a' }
    const isWeb = others.web !== undefined
    const offered = await ask(call, 'offer', {
      ...{ sdp, 'from-tag': side, 'to-tag': otherSide(side), ...branch },
      ...flagsFor(true, isWeb, false),
    })
    if (!offered.ok) return err(refusalOf(offered.error))
    call.said[side] = { sdp, web }
    const reply = await ask(call, 'answer', {
      ...{ sdp: withMediaOf(others.sdp, sdp), 'from-tag': side, 'to-tag': otherSide(side), ...branch },
      ...flagsFor(isWeb, true, true),
    })
    if (reply.ok) events.onWeb?.(web, 'up')
    return sdpOf(reply, false)
  }

  const attach: Media['attach'] = (name, side) => {
    const web = calls.get(name)?.said[side]?.web
    if (web !== undefined) return places.move(web, { call: name, side })
    places.moveHere(name, side)
    embedded.attach(name, side)
  }

  const end = (name: string): void => {
    embedded.close(name)
    places.leaveCall(name)
    const call = calls.get(name)
    if (!call) return
    calls.delete(name)
    keeping.end(name)
    void ask(call, 'delete', { 'from-tag': 'caller', 'delete-delay': 0 }).then((reply) => {
      const flowed = reply.ok && bothOf(reply.value)
      if (flowed) events.onClosed?.(name, flowed)
    })
  }

  const TAGS: Record<Side, string> = { caller: 'caller', callee: 'callee' }
  const bothOf = (reply: NgReply): Record<Side, MediumStats[]> | undefined => {
    const flowed = { caller: flowOf(reply, TAGS, 'caller'), callee: flowOf(reply, TAGS, 'callee') }
    return [...flowed.caller, ...flowed.callee].some(({ rtpRecv }) => rtpRecv > 0) ? flowed : undefined
  }

  const stats: Media['stats'] = async (name, side) => {
    const call = calls.get(name)
    if (!call) return embedded.stats(name, side)
    const reply = await ask(call, 'query', {})
    return reply.ok ? flowOf(reply.value, TAGS, side) : []
  }

  const stopWatch = watchSilence(calls, events, () => ports.limitS?.() ?? 0)

  const stopKeys = ports.keysAt
    ? listenForKeys({
        ...{ at: ports.keysAt, servers: ports.servers, events, log },
        knows: (call) => calls.has(call),
      })
    : undefined

  const stop = async (): Promise<void> => {
    stopWatch()
    stopKeys?.()
    for (const server of servers) server.close()
    await embedded.close()
  }

  function close(call: string): void
  function close(): Promise<void>
  function close(call?: string): Promise<void> | undefined {
    return call === undefined ? stop() : void end(call)
  }

  const { speak } = embedded
  return {
    ...{ offer, answer, refresh, attach, stats, record, close, figures: embedded.figures },
    echo: (name, side, sdp, options) => {
      places.house(name, options)
      return embedded.echo(name, side, sdp, options)
    },
    invite: (name, side, options) => {
      places.house(name, options)
      return embedded.invite(name, side, options)
    },
    ...(speak && {
      speak: (name, side, sdp, script, options) => {
        places.house(name, options)
        return speak(name, side, sdp, script, options)
      },
    }),
    ask: async (web, options) => {
      if (places.of(web)) return err('not-acceptable-media')
      const asked = await embedded.ask(web, options)
      if (asked.ok) places.ask(web)
      return asked
    },
    leave: (web) => {
      places.leave(web)
      embedded.leave(web)
    },
    // Requests for pictures are the phones' own business: it passes them on.
    picture: (call, side) => embedded.picture(call, side),
    dtmf: (name, towards, digit, durationMs) => {
      const call = calls.get(name)
      if (!call) return embedded.dtmf(name, towards, digit, durationMs)
      void ask(call, 'play DTMF', { 'from-tag': otherSide(towards), code: digit, duration: durationMs })
    },
  }
}
