import { createActions } from './call-actions.ts'
import type { Call, CallInside, CallPorts } from './call-contract.ts'
import { createCallMedia } from './call-media.ts'
import type { CallView } from './call-view.ts'
import { watchCall } from './call-watch.ts'
import { createCell } from './emitter.ts'
import {
  type Answer,
  type Members,
  MODIFY,
  numberIn,
  numberOf,
  OP,
  type ServerEvent,
  STATE,
  textOf,
} from './protocol.ts'
import { createRepair } from './repair.ts'
import { refusalOf, type Trouble, TroubleError, troubleIn, troubleOf } from './troubles.ts'

/** The other party changed: somebody put us through. */
const nowWith = (event: Members): Partial<CallView> =>
  textOf(event, 'with') ? { with: textOf(event, 'with'), name: textOf(event, 'disp') } : {}

export const createCall = (ports: CallPorts, first: CallView, theirOffer = ''): CallInside => {
  const { world, devices } = ports
  const view = createCell(first)
  const patch = (part: Partial<CallView>) => {
    if (view.get().state !== 'ended') view.set({ ...view.get(), ...part })
  }
  const alive = () => view.get().state !== 'ended'
  let stopWatch: (() => void) | undefined
  let theirs = theirOffer
  /** An offer of this page has been answered, or one of theirs. */
  let agreed = false

  /** Asks in the name of this call; a refusal is thrown as a trouble. */
  const ask = async (op: number, members: Members = {}): Promise<Answer> => {
    const answer = await ports.ask(op, { cid: view.get().cid, ...members })
    if (answer.code !== 0) throw new TroubleError(refusalOf(answer))
    return answer
  }

  const media = createCallMedia({
    ...{ world, devices },
    onState: (state) => repair.onState(state),
    onFar: (stream) => {
      patch({ farVideo: media.peer.farVideo() })
      ports.onFar(call, stream)
    },
    onLost: (kind) => void media.renew(kind).catch((error) => patch({ trouble: troubleIn(error) })),
  })

  const repair = createRepair({
    world,
    wanted: () => view.get().state === 'connected' && view.get().cid !== undefined,
    connectionState: () => media.peer.connection.connectionState,
    restart: (anew) =>
      media.negotiate((sdp) => ports.ask(OP.modify, { cid: view.get().cid, type: MODIFY.resume, sdp }), {
        restart: true,
        anew,
      }),
    probe: ports.probe,
    onChange: (recovering, failed) =>
      patch({ recovering, ...(failed ? { trouble: troubleOf('media-failed') } : {}) }),
    onWell: () => {
      const name = view.get().trouble?.name
      if (name === 'media-failed' || name === 'no-sound-from-far') patch({ trouble: undefined })
    },
  })

  const watch = () => {
    stopWatch ??= watchCall({ world, view, patch, tell: ports.tell, media, repair: repair.now })
  }

  const end = (part: Partial<CallView>) => {
    if (!alive()) return
    stopWatch?.()
    repair.stop()
    media.close()
    patch({
      endedAtMs: world.nowMs(),
      second: undefined,
      busy: undefined,
      recovering: false,
      ...part,
      state: 'ended',
    })
    ports.onEnded(call)
  }
  const fail = (trouble: Trouble) => end({ trouble, cause: trouble.cause, reason: trouble.words })

  const connected = (event: Members) => {
    const now = view.get()
    patch({
      ...{ state: 'connected', held: false, heldThere: false, early: false },
      connectedAtMs: now.connectedAtMs ?? world.nowMs(),
      voiceMail: event.voiceMail === true,
      ...nowWith(event),
    })
    watch()
    // The answer came while this page was away: it asks for its own.
    if (!agreed) repair.now(true)
  }

  const hangUp = async () => {
    const { cid } = view.get()
    // Said before the media go away: a server that hears silence first would take it for a fault.
    const told = cid ? ports.ask(OP.hangUp, { cid }).catch(() => {}) : undefined
    end({ cause: undefined })
    // Without a channel the server ends it when its patience does, or is told at the next registration.
    await told
  }

  const call: Call = {
    ...createActions({ view, patch, ask, media, world }),
    view,
    far: media.far,
    near: media.near,
    answer: async ({ video = false } = {}) => {
      if (view.get().state !== 'incoming') return
      patch({ state: 'answering', trouble: undefined })
      try {
        await ports.alone(call)
        await media.open()
        const sdp = await media.answer(theirs, video)
        if (!alive()) return
        await ask(OP.answer, { sdp })
        patch({ video: video && media.near() !== undefined })
        agreed = true
        connected({})
      } catch (error) {
        // Without a microphone the caller still rings: the user may allow it and answer.
        const trouble = troubleIn(error)
        if (trouble.name.startsWith('microphone') || trouble.name.startsWith('camera'))
          patch({ state: 'incoming', trouble })
        else fail(trouble)
      }
    },
    reject: async ({ busy = true, to } = {}) => {
      const { cid } = view.get()
      const how = to ? { rc: 302, mto: to } : { rc: busy ? 486 : 603 }
      end({ cause: how.rc, sentTo: to })
      await ports.ask(OP.reject, { cid, ...how }).catch(() => {})
    },
    hangUp,
    repair: repair.now,
  }

  const place = async (disp: string) => {
    try {
      await ports.alone(call)
      const sdp = await media.firstOffer(view.get().video)
      if (!alive()) return
      const answer = await ports.ask(OP.call, { to: view.get().with, sdp, ...(disp ? { disp } : {}) })
      if (answer.code !== 0) return fail(refusalOf(answer))
      const cid = textOf(answer, 'cid')
      // Hung up before the server had given it a name.
      if (!alive()) return void ports.ask(OP.hangUp, { cid }).catch(() => {})
      patch({ cid, state: 'calling' })
    } catch (error) {
      fail(troubleIn(error))
    }
  }

  const onState = (event: ServerEvent) => {
    const cause = numberIn(event, 'cause')
    switch (numberOf(event, 'state')) {
      case STATE.ended: {
        const second = view.get().second
        // The first party left while the second one talks: the talk goes on.
        if (second?.state === 'connected' && cause !== 200 && view.get().busy !== 'transfer')
          return patch({
            ...{ cid: second.cid, with: second.with, name: '', second: undefined, held: false },
            voiceMail: second.voiceMail === true,
          })
        return end({ cause, reason: textOf(event, 'reason') })
      }
      case STATE.ringing:
        // Told of incoming calls as well, after our own 1006; with somebody else's name where only the one asked first is left.
        if (view.get().direction === 'out' || textOf(event, 'with'))
          patch({ state: 'ringing', early: event.early === true && agreed, ...nowWith(event) })
        return
      case STATE.connected:
        if (cause !== undefined && cause >= 300)
          patch({ trouble: refusalOf(event), busy: undefined, second: undefined, sentTo: undefined })
        return connected(event)
      case STATE.heldHere:
      case STATE.heldThere: {
        // Answered, and held at once, while this page was away.
        if (view.get().state !== 'connected') connected(event)
        const held = numberOf(event, 'state') === STATE.heldHere
        return patch({ ...(held ? { held } : { heldThere: true }), ...nowWith(event) })
      }
    }
  }

  const onSecond = (event: ServerEvent) => {
    const { second } = view.get()
    const state = numberOf(event, 'state')
    const cause = numberIn(event, 'cause')
    if (state === STATE.ended) {
      const refused = second && cause !== undefined && cause >= 300
      return patch({ second: undefined, ...(refused ? { trouble: refusalOf(event) } : {}) })
    }
    // Of a page that was loaded anew the server says who it is; who is unknown and unnamed has gone already.
    const known = second ?? { cid: textOf(event, 'cid2'), with: textOf(event, 'with') }
    if (known.with === '') return
    patch({
      held: true,
      second: {
        ...{ cid: known.cid, with: known.with },
        state: state === STATE.ringing ? 'ringing' : 'connected',
        ...(event.voiceMail === true ? { voiceMail: true } : {}),
      },
    })
  }

  return {
    ...{ call, media, place, onState, onSecond, end },
    adopt: async () => {
      agreed = view.get().state === 'connected'
      patch({ recovering: agreed })
      media.mute(view.get().muted)
      try {
        await media.open({ listen: true })
      } catch (error) {
        patch({ trouble: troubleIn(error) })
      }
      if (view.get().state === 'connected') watch()
    },
    onMedia: async (event) => {
      const sdp = textOf(event, 'sdp')
      agreed ||= media.peer.connection.signalingState === 'have-local-offer'
      if (event.kind === 'offer') {
        // A late offer for a call that rings here is answered when the user does.
        if (view.get().state === 'incoming') theirs = sdp
        else await ask(OP.answer, { sdp: await media.onOffer(sdp) })
      } else await media.onAnswer(sdp)
      patch({ farVideo: media.peer.farVideo() })
    },
    onMediaLost: (event) => repair.now(true, event.anew === true),
    onAgent: (agent) => patch({ agent }),
    onRecording: (event) => {
      const cause = numberIn(event, 'cause')
      patch({
        ...{ recording: numberOf(event, 'rec') === 1, busy: undefined },
        ...(cause !== undefined && cause >= 300 ? { trouble: troubleOf('not-recorded', { cause }) } : {}),
      })
    },
  }
}
