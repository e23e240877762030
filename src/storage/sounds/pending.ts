import type { Sound } from '#core'
import type { Batch } from '../batch.ts'
import { pushSound } from './columns.ts'

/** Of each sound its last state, or that it is gone; whoever changed one is told of the commit. */
export type PendingSounds = {
  put(sound: Sound): void
  remove(id: string): void
  readonly urgent: number
  take(batch: Batch): void
}

export const createPendingSounds = (): PendingSounds => {
  let sounds = new Map<string, Sound | undefined>()
  return {
    put: (sound) => void sounds.set(sound.id, sound),
    remove: (id) => void sounds.set(id, undefined),
    get urgent() {
      return sounds.size
    },
    take: (batch) => {
      for (const [id, sound] of sounds)
        if (sound) pushSound(batch.sounds, sound)
        else batch.soundsGone.push(id)
      if (sounds.size > 0) sounds = new Map()
    },
  }
}
