import { keyOf } from '../fleet/sims.ts'
import type { CardTalk, CardTalks, MessageStore } from '../messages/store.ts'
import type { AddressPlan } from '../routes/plan.ts'

/** So many of the newest messages are looked through, and none older than a month. */
const MOST = 100_000
const TALK_MS = 31 * 24 * 60 * 60_000
/** Read at once; and taken in at once, so that nothing else waits for more than some milliseconds. */
const PAGE = 2000
const PIECE = 100

/** Of a text of ours the recipient as it is read near its sender; of one that came in, the sender as the device told it. */
const numberOf = ({ number, by }: CardTalk, addresses: AddressPlan): string =>
  by === undefined ? number : addresses.normal(number, addresses.normal(by))

/**
 * Tells which card numbers were last texted by, or wrote to, in processes before this one: numbers and cards' keys, the
 * newest first. What cannot be read is none: then conversations begin anew.
 */
export const recallConversations = async (
  store: Pick<MessageStore, 'talks'>,
  addresses: AddressPlan,
  wallMs: number,
  hear: (number: string, card: string) => void,
): Promise<void> => {
  const seen = new Set<string>()
  let before: string | undefined
  for (let looked = 0; looked < MOST; looked += PAGE) {
    const page = await store.talks(wallMs - TALK_MS, PAGE, before).catch((): CardTalks => ({ talks: [] }))
    const talks = page.talks.filter(({ number }) => !seen.has(number))
    for (let at = 0; at < talks.length; at += PIECE) {
      for (const talk of talks.slice(at, at + PIECE)) {
        seen.add(talk.number)
        hear(numberOf(talk, addresses), keyOf(talk.via, talk.via.line))
      }
      await new Promise((resume) => setImmediate(resume))
    }
    before = page.next
    if (before === undefined) return
  }
}
