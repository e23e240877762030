import type { CardNames, Fleet, InboundReport } from '../fleet/contract.ts'
import { isSameCard } from '../fleet/sims.ts'
import type { Messages } from '../messages/contract.ts'
import type { MessageRecord, MessageVia } from '../messages/record.ts'
import { type GatewayStore, marksOfReport } from './store.ts'

type CardTextPorts = {
  fleet: Pick<Fleet, 'linesOf'>
  store: Pick<GatewayStore, 'handedTo'>
  messages: Pick<Messages, 'get'>
}

/** So many of the newest are looked at: others may be of cards that were in the same lines before. */
const MOST_LOOKED = 20

/** Where it is not known which card a text left by, or which one is there now, it is the line that counts. */
const isOf = (via: MessageVia, card: CardNames, line: string): boolean => {
  const same = isSameCard(via, card)
  return via.line === line ? same !== false : same === true
}
const waits = ({ state, closed }: MessageRecord): boolean =>
  (state === 'sent' && !closed) || state === 'unknown'

/** What the card that is in a line has sent, by that line and by those that it was in before. */
export const createCardTexts = ({ fleet, store, messages }: CardTextPorts) => {
  /** Those of the card, the newest first. */
  async function* textsOf(card: CardNames, line: string, lines: string[], mark: string, sinceMs: number) {
    const found = await Promise.all(lines.map((one) => store.handedTo(one, mark, sinceMs)))
    // Ids sort by acceptance.
    const ids = lines.length === 1 ? found.flat() : found.flat().sort().reverse()
    for (const id of ids.slice(0, MOST_LOOKED)) {
      const text = await messages.get(id)
      if (text?.via && isOf(text.via, card, line)) yield text
    }
  }
  return {
    /** The newest one under this mark. */
    async last(
      card: CardNames,
      line: string,
      mark: string,
      sinceMs: number,
    ): Promise<MessageRecord | undefined> {
      for await (const text of textsOf(card, line, fleet.linesOf(card, line), mark, sinceMs)) return text
      return undefined
    },
    /** The newest one by this line, under the mark by which its device names it. */
    async named(card: CardNames, line: string, mark: string, sinceMs: number): Promise<string[]> {
      for await (const { id } of textsOf(card, line, [line], mark, sinceMs)) return [id]
      return []
    },
    /** All by this line, unless none of them is the card's. */
    async ofLine(card: CardNames, line: string, mark: string, sinceMs: number): Promise<string[]> {
      const ids = await store.handedTo(line, mark, sinceMs)
      for (const id of ids) {
        const text = await messages.get(id)
        if (text?.via && isOf(text.via, card, line)) return ids
      }
      return []
    },
    /**
     * The one text to this recipient that still waits for its report, of all that the card sent: undefined where there are
     * several, or none. What its device called them in another line says nothing; by this line it would have been found.
     */
    async onlyOne({ sim, line, recipient }: InboundReport, sinceMs: number): Promise<string | undefined> {
      const [mark] = marksOfReport(undefined, recipient)
      const lines = sim ? fleet.linesOf(sim, line).filter((one) => one !== line) : []
      if (!sim || mark === undefined || lines.length === 0) return undefined
      let only: string | undefined
      for await (const text of textsOf(sim, line, lines, mark, sinceMs)) {
        if (!waits(text)) continue
        if (only !== undefined) return undefined
        only = text.id
      }
      return only
    },
  }
}
export type CardTexts = ReturnType<typeof createCardTexts>
