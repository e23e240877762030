import { keyOf } from '../fleet/sims.ts'
import type { CardTalk, MessageStore } from '../messages/store.ts'
import type { AddressPlan } from '../routes/plan.ts'

/** So many of the newest messages are looked through, which a start can well afford, and none older than a month. */
const MOST = 100_000
const TALK_MS = 31 * 24 * 60 * 60_000

/** Of a text of ours the recipient as it is read near its sender; of one that came in, the sender as the device told it. */
const numberOf = ({ number, by }: CardTalk, addresses: AddressPlan): string =>
  by === undefined ? number : addresses.normal(number, addresses.normal(by))

/**
 * Which card numbers were last texted by, or wrote to, in processes before this one: numbers and cards' keys, the newest
 * last. What cannot be read is none: then conversations begin anew.
 */
export const loadConversations = async (
  store: Pick<MessageStore, 'talks'>,
  addresses: AddressPlan,
  wallMs: number,
): Promise<[number: string, card: string][]> => {
  const talks = await store.talks(wallMs - TALK_MS, MOST).catch((): CardTalk[] => [])
  return talks
    .reverse()
    .map((talk) => [numberOf(talk, addresses), keyOf(talk.via, talk.via.line)] as [string, string])
}
