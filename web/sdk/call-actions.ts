import type { CallMedia } from './call-media.ts'
import type { CallView } from './call-view.ts'
import type { Cell } from './emitter.ts'
import { type Answer, type Members, MODIFY, OP, textOf } from './protocol.ts'
import { troubleIn } from './troubles.ts'
import type { World } from './world.ts'

/** What can be done with a call that talks. None throws: what went wrong is the view's `trouble`. */
export type CallActions = {
  hold(on: boolean): Promise<void>
  mute(on: boolean): void
  dtmf(keys: string): Promise<void>
  record(on: boolean): Promise<void>
  video(on: boolean): Promise<void>
  /** Blind: the other party is sent on. */
  transfer(to: string): Promise<void>
  /** Asks a second party while the first one waits. */
  consult(to: string): Promise<void>
  /** Drops the second party and goes back to the first. */
  back(): Promise<void>
  /** The two parties talk, we leave. Without an argument: the one consulted. */
  join(other?: { view: Cell<CallView> }): Promise<void>
  renew(kind: 'microphone' | 'camera'): Promise<void>
  /** The user has read it. */
  dismiss(): void
}

type ActionPorts = {
  view: Cell<CallView>
  patch(part: Partial<CallView>): void
  ask(op: number, members?: Members): Promise<Answer>
  media: CallMedia
  world: World
}

/** A tone of 100 ms and its gap (RFC 7874 §3), so that keys typed at once arrive one after the other. */
const TONE_MS = 170

export const createActions = ({ view, patch, ask, media, world }: ActionPorts): CallActions => {
  let keys: Promise<void> = Promise.resolve()

  const doing = async (busy: CallView['busy'], task: () => Promise<unknown>): Promise<void> => {
    if (view.get().busy) return
    patch({ busy, trouble: undefined })
    try {
      await task()
    } catch (error) {
      patch({ trouble: troubleIn(error) })
    } finally {
      patch({ busy: undefined })
    }
  }

  /** Said before the answer: the end of the call may come with it. */
  const send = (to: string | undefined, members: Members, other?: Cell<CallView>) =>
    doing('transfer', async () => {
      patch({ sentTo: to })
      other?.set({ ...other.get(), sentTo: view.get().with })
      try {
        await ask(OP.transfer, members)
      } catch (error) {
        patch({ sentTo: undefined })
        other?.set({ ...other.get(), sentTo: undefined })
        throw error
      }
    })

  const pause = () => new Promise<void>((done) => void world.after(TONE_MS, done))

  return {
    // The view follows the server's 9004: what is shown was confirmed.
    hold: (on) => doing('hold', () => ask(OP.modify, { type: on ? MODIFY.hold : MODIFY.retrieve })),
    mute: (on) => {
      media.mute(on)
      patch({ muted: on })
    },
    dtmf: (text) => {
      for (const dtmf of text.toUpperCase().replace(/[^0-9*#A-D]/g, ''))
        keys = keys
          .then(() => ask(OP.dtmf, { dtmf }))
          .then(pause)
          .catch((error) => patch({ trouble: troubleIn(error) }))
      return keys
    },
    record: (on) => doing('record', () => ask(OP.record, { rec: on ? 1 : 0 })),
    video: (on) =>
      doing('video', async () => {
        await media.video(on)
        patch({ video: on })
        try {
          await media.negotiate((sdp) => ask(OP.modify, { type: MODIFY.media, sdp }))
        } catch (error) {
          if (on) {
            await media.video(false)
            patch({ video: false })
          }
          throw error
        }
        patch({ farVideo: media.peer.farVideo() })
      }),
    transfer: (to) => send(to, { to }),
    consult: (to) =>
      doing('transfer', async () => {
        const answer = await ask(OP.second, { rto: to })
        patch({ held: true, second: { cid: textOf(answer, 'cid2'), with: to, state: 'calling' } })
      }),
    back: () =>
      doing('hold', async () => {
        await ask(OP.modify, { type: MODIFY.retrieve })
        patch({ second: undefined })
      }),
    join: (other) => {
      const second = other ? other.view.get() : view.get().second
      return send(second?.with, { cid2: second?.cid }, other?.view)
    },
    renew: async (kind) => {
      try {
        await media.renew(kind)
      } catch (error) {
        patch({ trouble: troubleIn(error) })
      }
    },
    dismiss: () => patch({ trouble: undefined }),
  }
}
