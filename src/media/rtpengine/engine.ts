import type { Media, MediaEvents, MediumStats, Side } from '#core'
import type { Log } from '#lib/log'
import { err, ok } from '#lib/result'
import { otherSide } from '../call.ts'
import type { EmbeddedMedia } from '../engine.ts'
import { createRegister } from './call.ts'
import { createDescriptions } from './descriptions.ts'
import { flowOf } from './flow.ts'
import { createFronts } from './fronts.ts'
import { createKeeping } from './keeping.ts'
import type { KeysSocket } from './keys.ts'
import { createNgServer, type NgReply, type NgServer } from './ng.ts'
import { createPlaces } from './places.ts'
import { watchSilence } from './silence.ts'

export type RtpengineMediaPorts = {
  servers: readonly NgServer[]
  /** Encodings added to offers that lack them; none: what is offered passes. */
  transcode?: readonly string[]
  /** Serves what rtpengine has nothing for: echo, offers of the house, mailboxes. */
  embedded: EmbeddedMedia
  events: MediaEvents
  /** Its page can make no other peer connection, which whoever goes from call to call in rtpengine needs. */
  isFixed?(web: string): boolean
  log: Log
  /** Where its `--dtmf-log-dest` tells of pressed keys. */
  keys?: KeysSocket
  /** Seconds after which a call with a browser is given up; 0: never. */
  limitS?(): number
}

const bothOf = (reply: NgReply): Record<Side, MediumStats[]> | undefined => {
  const flowed = { caller: flowOf(reply, 'caller'), callee: flowOf(reply, 'callee') }
  return [...flowed.caller, ...flowed.callee].some(({ rtpRecv }) => rtpRecv > 0) ? flowed : undefined
}

/** Bridged calls by rtpengine: descriptions go to it by its ng protocol, the packets never see us. */
export const createRtpengineMedia = (ports: RtpengineMediaPorts): EmbeddedMedia => {
  const { events, log } = ports
  const servers = ports.servers.map((server) => createNgServer(server, log))
  const register = createRegister(servers, log)
  const { calls, ask } = register
  const places = createPlaces((web) => events.onWeb?.(web, 'anew'))
  log.write(
    'media',
    'info',
    'rtpengine knows no BUNDLE: browsers are answered without it, each medium by itself',
  )
  // One that is not there is told of at the start, not by the first call that waits for it.
  for (const server of servers) void server.ask('ping')
  const transcode = ports.transcode ?? []
  // Our own engine knows nothing of what only rtpengine converts: a call is worth more than a second one.
  const isFixed = (web: string): boolean => transcode.length === 0 && ports.isFixed?.(web) === true
  const embedded = createFronts({
    ...{ register: createRegister(servers, log), embedded: ports.embedded, isFixed },
  })
  const { offer, answer, refresh } = createDescriptions({
    ...{ register, places, events, embedded, isFixed, transcode },
  })

  const keeping = createKeeping({
    embedded: ports.embedded,
    ask: async (name, command, fields) => {
      const call = calls.get(name)
      return call ? ask(call, command, fields) : err({ why: 'refused', text: 'the call is over' })
    },
  })

  const record: NonNullable<Media['record']> = async (name, folder, file) => {
    const call = calls.get(name)
    if (!call) return embedded.record?.(name, folder, file) ?? err('not-acceptable-media')
    return register.inTurn(call, async () => {
      if (folder !== undefined) return keeping.keep(name, folder, file)
      await keeping.stop(name)
      return ok(undefined)
    })
  }

  const attach: Media['attach'] = (name, side) => {
    if (calls.has(name) && places.isHoused(name)) {
      embedded.close(name)
      for (const web of places.giveUp(name)) embedded.leave(web)
    }
    const web = calls.get(name)?.said[side]?.web
    if (web !== undefined) return places.move(web, { call: name, side })
    places.moveHere(name, side)
    embedded.attach(name, side)
  }

  const end = (name: string): void => {
    embedded.close(name)
    places.leaveCall(name)
    keeping.end(name)
    void register.end(name).then((reply) => {
      const flowed = reply && bothOf(reply)
      if (flowed) events.onClosed?.(name, flowed)
    })
  }

  const stats: Media['stats'] = async (name, side) => {
    const call = calls.get(name)
    if (!call) return embedded.stats(name, side)
    const reply = await ask(call, 'query', {})
    return reply.ok ? flowOf(reply.value, side) : []
  }

  const stopWatch = watchSilence(calls, events, () => ports.limitS?.() ?? 0)

  ports.keys?.hear({ servers: ports.servers, events, log, knows: (call) => calls.has(call) })

  const stop = async (): Promise<void> => {
    stopWatch()
    ports.keys?.close()
    // What has just ended is still told.
    await new Promise((done) => setImmediate(done))
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
