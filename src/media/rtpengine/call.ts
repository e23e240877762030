import type { Side } from '#core'
import type { NgPeer } from './ng.ts'

type Said = { sdp: string; web: string | undefined }

export type Call = {
  name: string
  server: NgPeer
  /** The latest description of each side. */
  said: Partial<Record<Side, Said>>
  offer: { from: Side; targets: Map<string, { web: string | undefined; branch: string }> } | undefined
  /** Of the branch that answered. */
  branch: string | undefined
  answered: boolean
  /** What is asked of the server, one after the other: a description means nothing without those before it. */
  queue: Promise<unknown>
}

/** Resolves as `work` does, once all before it is done. */
export const inTurn = <T>(call: Call, work: () => Promise<T>): Promise<T> => {
  const turn = call.queue.then(work)
  call.queue = turn.catch(() => {})
  return turn
}
