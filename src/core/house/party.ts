import { ok } from '#lib/result'
import type { CallerParty, Description } from '../call-ports.ts'

/** The house as the caller of a call: it agrees to everything, and its media do the talking. */
export const houseParty = (said: Description): CallerParty => ({
  progress: () => {},
  answer: async () => undefined,
  refuse: ({ status }) => status,
  offer: async (sdp) => ok({ ...said, sdp }),
  solicit: async () => ok({ description: said, confirm: () => {} }),
  info: async () => 200,
  hangUp: () => {},
  moveTo: () => {},
})
