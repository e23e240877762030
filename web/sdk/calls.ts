import { createCall } from './call.ts'
import type { Call, CallInside } from './call-contract.ts'
import { type CallView, newView } from './call-view.ts'
import { createDepartures } from './departures.ts'
import type { Devices } from './devices.ts'
import { createEmitter, type Emitter } from './emitter.ts'
import { createKept } from './kept.ts'
import { type Answer, EVENT, type Members, OP, type ServerEvent, STATE, textOf } from './protocol.ts'
import type { World } from './world.ts'

export type Calls = {
  /** Those that live, the oldest first; a new list at each change of any of them. */
  list(): readonly Call[]
  changed: Emitter<void>
  incoming: Emitter<Call>
  /** The PBX wants this call answered without a hand (Alert-Info, op 9009). */
  answerNow: Emitter<Call>
  ended: Emitter<CallView>
  place(to: string, options?: { video?: boolean; name?: string; disp?: string }): Call
  /** The server's event, if it is of a call. */
  onEvent(event: ServerEvent): boolean
  onReady(cids: readonly string[]): void
  repair(): void
  close(): void
}

export type CallsPorts = {
  world: World
  devices: Devices
  ask(op: number, members: Members): Promise<Answer>
  tell(op: number, members: Members): void
  probe(): void
  onFar(call: Call, stream: MediaStream): void
  onEnded(call: Call): void
}

export const createCalls = (ports: CallsPorts): Calls => {
  const { world, devices } = ports
  const changed = createEmitter<void>()
  const incoming = createEmitter<Call>()
  const answerNow = createEmitter<Call>()
  const ended = createEmitter<CallView>()
  let inside: CallInside[] = []
  const memory = createKept(world.memory)
  const departures = createDepartures(ports.ask)

  const keep = () => memory.keep(inside.map(({ call }) => call.view.get()))

  const alone = async (talker: Call) => {
    for (const { call } of inside) {
      const { state, held, second } = call.view.get()
      if (call !== talker && state === 'connected' && !held && !second) await call.hold(true)
    }
  }

  const add = (view: CallView, theirOffer = ''): CallInside => {
    const one = createCall(
      {
        ...{ world, devices, alone },
        ask: departures.ask,
        tell: ports.tell,
        probe: ports.probe,
        onFar: ports.onFar,
        onEnded: (call) => {
          inside = inside.filter((other) => other.call !== call)
          keep()
          ports.onEnded(call)
          ended.emit(call.view.get())
          changed.emit()
        },
      },
      view,
      theirOffer,
    )
    inside = [...inside, one]
    one.call.view.on(() => {
      keep()
      changed.emit()
    })
    changed.emit()
    return one
  }

  const find = (cid: string): CallInside | undefined =>
    cid === ''
      ? undefined
      : inside.find(({ call }) => call.view.get().cid === cid || call.view.get().second?.cid === cid)

  const ring = (event: ServerEvent) => {
    const cid = textOf(event, 'cid')
    if (find(cid)) return
    const view = newView({
      ...{ direction: 'in', state: 'incoming', startedAtMs: world.nowMs() },
      ...{ with: textOf(event, 'from'), name: textOf(event, 'disp') },
    })
    const { call } = add({ ...view, cid, farVideo: event.video === true }, textOf(event, 'sdp'))
    void ports.ask(OP.ringing, { cid }).catch(() => {})
    incoming.emit(call)
    if (event.autoAnswer === true) answerNow.emit(call)
  }

  const unmoved = devices.changed.on((kind) => {
    if (kind !== 'speaker') for (const { call } of inside) void call.renew(kind)
  })

  return {
    ...{ changed, incoming, answerNow, ended },
    list: () => inside.map(({ call }) => call),
    place: (to, { video = false, name = '', disp = '' } = {}) => {
      const view = newView({
        ...{ direction: 'out', state: 'starting', startedAtMs: world.nowMs() },
        ...{ with: to, name },
      })
      const one = add({ ...view, video })
      void one.place(disp)
      return one.call
    },
    onEvent: (event) => {
      if (event.op === EVENT.incoming) {
        ring(event)
        return true
      }
      const one = find(textOf(event, 'cid'))
      switch (event.op) {
        case EVENT.call:
          // Of the second party, when it has an event of its own.
          if (one && one.call.view.get().cid !== textOf(event, 'cid')) one.onSecond(event)
          else if (one) one.onState(event)
          else departures.onUnknown(event)
          return true
        case EVENT.second:
          if (one) one.onSecond(event)
          else departures.onUnknown(event)
          return true
        case EVENT.media:
          void one?.onMedia(event).catch(() => one.call.repair())
          return true
        case EVENT.mediaLost:
          if (one) one.onMediaLost(event)
          else departures.onUnknown(event)
          return true
        case EVENT.answerNow:
          if (one) answerNow.emit(one.call)
          return true
        case EVENT.agent:
          one?.onAgent(textOf(event, 'agtel'))
          return true
        case EVENT.recording:
          one?.onRecording(event)
          return true
      }
      return false
    },
    onReady: (cids) => {
      const alive = new Set(cids)
      for (const one of [...inside]) {
        const { cid, second } = one.call.view.get()
        if (cid && !alive.has(cid)) one.end({ reason: 'The call ended while the connection was lost.' })
        else if (second && !alive.has(second.cid)) one.onSecond({ op: EVENT.second, state: STATE.ended })
      }
      // Read once: each one that is found again writes down those that there are by then.
      const kept = memory.calls()
      for (const cid of departures.onReady(cids)) {
        const known = kept.find((one) => one.cid === cid)
        if (find(cid) || !known) continue
        const one = add({ ...newView(known), ...known })
        void one.adopt()
      }
    },
    repair: () => {
      for (const { call } of inside) call.repair()
    },
    close: () => {
      unmoved()
      for (const one of [...inside]) one.end({})
    },
  }
}
