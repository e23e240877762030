/**
 * Counterpart of test/support/gateway-deaths.ts: accepts numbered texts for ever, for lines that take them at once, and
 * prints what it may be held to: `accepted NUMBER ID`, `handed ID`, `sent COUNT` as the cards count it.
 */
import { writeSync } from 'node:fs'
import {
  createAddressPlan,
  createDestinations,
  createEvents,
  createFleet,
  createGatewayInbox,
  createMessages,
  createRouteCarriers,
  createRouteTable,
  createSubscribers,
  type GatewayText,
  type Line,
  type SendResult,
} from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createTimers } from '#lib/timers'
import { openStore } from '#storage'
import { aRoute, aSighting, RULES } from './gateway-house.ts'
import { liveSettings } from './live-settings.ts'

const [file = '', round = ''] = process.argv.slice(2)
/** A line at a time, also into a pipe whose reader is behind. */
const tell = (...words: (string | number)[]): void => {
  for (;;)
    try {
      return void writeSync(1, `${words.join(' ')}\n`)
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== 'EAGAIN') throw problem
    }
}

const timers = createTimers()
const opened = await openStore({ file, log: silentLog, timers })
if (!opened.ok) throw new Error(opened.error.text)
const { messages: store, gateways } = opened.value
const [events, random, live] = [createEvents(), createRandom(), liveSettings()]
const date = new Date()
const kept = await gateways.loadSims(date.getUTCFullYear() * 12 + date.getUTCMonth())
const fleet = createFleet({ timers, events, rules: RULES, store: gateways, kept })
for (let n = 0; n < 20; n++) fleet.sight(aSighting(`box${n % 3}/${n}`))
tell(
  'sent',
  fleet.list().reduce((sum, { counts }) => sum + counts.sent.total, 0),
)
const addresses = createAddressPlan('')
const subscribers = createSubscribers([])
const routes = createRouteTable([aRoute()], addresses)
const destinations = createDestinations({ subscribers, routes, addresses })
let reference = 0
const driver = {
  send: async (line: Line, { id }: GatewayText): Promise<SendResult> => {
    tell('handed', id)
    const name = `${round}.${++reference}`
    // The network's report may come before the device's own word.
    const report = (): void =>
      void inbox.report({ line: line.id, reference: name, status: 0, atMs: 0 }).then(({ ok }) => {
        if (ok) tell('reported', id)
      })
    if (reference % 2) report()
    else setTimeout(report, 5)
    await new Promise((resume) => setTimeout(resume, 1 + (reference % 7)))
    return { kind: 'sent', reference: name }
  },
}
const carrierOf = createRouteCarriers({
  ...{ timers, fleet, drivers: new Map([['goip' as const, driver]]), addresses, live, destinations },
  post: async () => ({ ok: true }),
  reportMs: 1e9,
  onHanded: (id, line, marks) => inbox.onHanded(id, line, marks),
})
const messages = createMessages({
  ...{ timers, store, random, log: silentLog, events, live, subscribers, destinations, carrierOf },
  backlog: await store.load(),
  bounds: { mostWaiting: 100_000, mostPerRecipient: 100_000, partWaitMinutes: 60 },
})
const parked = await gateways.loadParked()
const inbox = createGatewayInbox({
  ...{ timers, random, fleet, messages, store: gateways, events, parked, reportMs: 3 * 86_400_000 },
})
fleet.onFree(messages.free)

const accept = async (number: string): Promise<void> => {
  const to = `+1555${number.length % 7}${number.slice(-1)}`
  const taken = await messages.accept({
    ...{ origin: 'rest', from: '1', to: { user: to, text: to }, dedupe: number },
    body: { kind: 'text', text: number },
  })
  if (taken.ok) tell('accepted', number, taken.value.id)
}
const receive = async (number: string): Promise<void> => {
  const text = { line: 'box0/0', sim: {}, from: '+1', text: number, atMs: 0, dedupe: `in ${number}` }
  const taken = await inbox.text(text)
  if (taken.ok) tell('received', number, taken.value.id)
}
for (let n = 0; ; n++) {
  await Promise.all(Array.from({ length: 10 }, (_, i) => accept(`${round}-${n}-${i}`)))
  await Promise.all([receive(`${round}/${n}`), receive(`${round}/${n}`)])
}
