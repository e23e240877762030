import type { Fleet, SimFacts } from '../fleet/contract.ts'
import { isSameCard } from '../fleet/sims.ts'
import type { Messages } from '../messages/contract.ts'
import type { MessageRecord, MessageVia } from '../messages/record.ts'
import type { GatewayStore } from './store.ts'

type CardTextPorts = {
  fleet: Pick<Fleet, 'linesOf'>
  store: Pick<GatewayStore, 'handedTo'>
  messages: Pick<Messages, 'get'>
}

/** So many of the newest are looked at: others may be of cards that were in the same lines before. */
const MOST_LOOKED = 20

/** Where it is not known which card a text left by, or which one is there now, it is the line that counts. */
const isOf = (via: MessageVia, sim: SimFacts, line: string): boolean => {
  const same = isSameCard(via, sim)
  return via.line === line ? same !== false : same === true
}

/** What the card that is in a line has sent, by that line or by those that it was in before. */
export const createCardTexts = ({ fleet, store, messages }: CardTextPorts) => ({
  /** The newest one under this mark. */
  async last(sim: SimFacts, line: string, mark: string, sinceMs: number): Promise<MessageRecord | undefined> {
    const lines = fleet.linesOf(sim, line)
    const found = await Promise.all(lines.map((one) => store.handedTo(one, mark, sinceMs)))
    // Ids sort by acceptance.
    const ids = lines.length === 1 ? found.flat() : found.flat().sort().reverse()
    for (const id of ids.slice(0, MOST_LOOKED)) {
      const text = await messages.get(id)
      if (text?.via && isOf(text.via, sim, line)) return text
    }
    return undefined
  },
})
