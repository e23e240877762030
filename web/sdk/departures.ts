import {
  type Answer,
  EVENT,
  type Members,
  numberIn,
  numberOf,
  OP,
  type ServerEvent,
  STATE,
  textOf,
} from './protocol.ts'

type Ask = (op: number, members: Members) => Promise<Answer>

/** Calls that this page has left, and those that it never knew, as it was loaded anew before it had their names: none stays, connected to nobody. */
export const createDepartures = (ask: Ask) => {
  /** The server was told: what it says of them before it has heard that means nothing. */
  const left = new Set<string>()
  /** Hung up here while the server could not hear it. */
  const unheard = new Set<string>()

  const tell = (members: Members & { cid: string }): void => {
    left.add(members.cid2 ? String(members.cid2) : members.cid)
    void ask(OP.hangUp, members).catch(() => {})
  }

  return {
    /** Asks in the name of a call, and remembers when that leaves by it. */
    ask: async (op: number, members: Members): Promise<Answer> => {
      const { cid } = members
      if ((op !== OP.hangUp && op !== OP.reject) || typeof cid !== 'string') return ask(op, members)
      left.add(cid)
      let answer: Answer | undefined
      try {
        answer = await ask(op, members)
        return answer
      } finally {
        if (op === OP.reject) left.delete(cid)
        // −1: the channel was lost with it, or the server is silent.
        else if (answer === undefined || answer.code === -1) unheard.add(cid)
      }
    },
    /** Registered, anew or again: says it of those that live once more. The answer is the others. */
    onReady(cids: readonly string[]): string[] {
      left.clear()
      const gone = cids.filter((cid) => unheard.has(cid))
      unheard.clear()
      for (const cid of gone) tell({ cid })
      return cids.filter((cid) => !gone.includes(cid))
    },
    /** 9004, 9007 or 9008 of a call that is none of this page's. */
    onUnknown(event: ServerEvent): void {
      const [cid, cid2] = [textOf(event, 'cid'), textOf(event, 'cid2')]
      if (cid === '') return
      if (event.op !== EVENT.mediaLost && numberOf(event, 'state') === STATE.ended) {
        left.delete(cid2 || cid)
        return
      }
      // It was to be put through, which was refused: the server has taken it up again.
      const isBack = event.op === EVENT.call && (numberIn(event, 'cause') ?? 0) >= 300
      if (!isBack && (left.has(cid) || left.has(cid2))) return
      // Each party by itself: 1010 of the first one alone would put them through.
      tell(cid2 ? { cid, cid2 } : { cid })
    },
  }
}
