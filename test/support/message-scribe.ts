/**
 * Counterpart of src/core/messages/crash.test.ts: accepts numbered texts for ever, for readers who take them at once,
 * and prints what it may be held to: `accepted NUMBER ID`, `handed ID ATTEMPT`, `ended ID`.
 */
import { writeSync } from 'node:fs'
import { createEvents, createMessages, createSubscribers, type MessageDraft } from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createTimers } from '#lib/timers'
import { openStore } from '#storage'
import { aSubscriber } from './house.ts'
import { liveSettings } from './live-settings.ts'

const [file = '', round = ''] = process.argv.slice(2)
const READERS = ['ann', 'ben', 'cem']
const tell = (...words: (string | number)[]): void => void writeSync(1, `${words.join(' ')}\n`)

const timers = createTimers()
const opened = await openStore({ file, log: silentLog, timers })
if (!opened.ok) throw new Error(opened.error.text)
const store = opened.value.messages
const messages = createMessages({
  ...{ timers, store, random: createRandom(), log: silentLog, events: createEvents(), live: liveSettings() },
  backlog: await store.load(),
  subscribers: createSubscribers(READERS.map((name) => aSubscriber(name))),
  carrierOf: () => ({
    deliver: async ({ id, attempts }) => {
      tell('handed', id, attempts)
      return { kind: 'delivered', route: 'scribe', committed: () => tell('ended', id) }
    },
  }),
  bounds: { mostWaiting: 100_000, mostPerRecipient: 100_000, partWaitMinutes: 60 },
})
const accept = async (number: string, more: Partial<MessageDraft>): Promise<void> => {
  const reader = READERS[number.length % 3] as string
  const taken = await messages.accept({
    ...{ origin: 'rest', from: '1', to: { user: reader, text: reader }, dedupe: number },
    body: { kind: 'text', text: number },
    ...more,
  })
  if (taken.ok) tell(taken.value.duplicate ? 'again' : 'accepted', number, taken.value.id)
}

for (const reader of READERS) messages.wake(`${reader}@tandem.test`)
for (let n = 0; ; n++) {
  // The last of the life before may or may not have been accepted: the key tells.
  const number = `${round}-${n}`
  const sending = [accept(number, {}), accept(number, {}), accept(`${round}+${n}`, { from: '2' })]
  for (const sequence of [2, 1])
    sending.push(
      accept(`${round}/${n}/${sequence}`, { part: { key: `${round} ${n}`, sequence, total: 2 }, from: '3' }),
    )
  await Promise.all(sending)
}
