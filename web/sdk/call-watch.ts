import type { CallMedia } from './call-media.ts'
import type { CallView } from './call-view.ts'
import type { Cell } from './emitter.ts'
import { type Members, OP } from './protocol.ts'
import { troubleOf } from './troubles.ts'
import { createWatch } from './watch.ts'
import type { World } from './world.ts'

type WatchedCall = {
  world: World
  view: Cell<CallView>
  patch(part: Partial<CallView>): void
  tell(op: number, members: Members): void
  media: CallMedia
  repair(): void
}

/** Puts what is measured into the view, tells the server, and says in words what is wrong. The answer ends it. */
export const watchCall = ({ world, view, patch, tell, media, repair }: WatchedCall): (() => void) =>
  createWatch(world, () => media.peer.connection, {
    onQuality: (quality, poor) => {
      const { trouble, held, heldThere } = view.get()
      const wasSilent = trouble?.name === 'no-sound-from-far' && (quality.receiving || held || heldThere)
      patch({ quality, poor, ...(wasSilent ? { trouble: undefined } : {}) })
    },
    onReport: ({ mos, rttMs, jitterMs, lossPercent, level }) => {
      const { cid, held, heldThere } = view.get()
      // Who waits hears nothing, and that is no poor sound.
      if (!held && !heldThere) tell(OP.quality, { cid, mos, rttMs, jitterMs, lossPercent, level })
    },
    onMicrophone: (silent) => {
      const { muted, held, trouble } = view.get()
      if (silent && !muted && !held && !trouble) patch({ trouble: troubleOf('microphone-silent') })
      else if (!silent && trouble?.name === 'microphone-silent') patch({ trouble: undefined })
    },
    onSilence: () => {
      const { held, heldThere, state } = view.get()
      if (state !== 'connected' || held || heldThere) return
      patch({ trouble: troubleOf('no-sound-from-far') })
      repair()
    },
  })
