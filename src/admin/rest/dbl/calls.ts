import type { Accepted, Line, MessageRecord, MessageRefusal, MessageState, Messages, TaskItem } from '#core'
import { err, type Result } from '#lib/result'
import type { RouteView } from '../../gateways/contract.ts'
import type { GatewayDesk } from '../../gateways/ports.ts'
import type { Tasks } from './tasks.ts'

export type DblPorts = {
  messages: Pick<Messages, 'accept' | 'get'>
  gateways: Pick<GatewayDesk, 'fleet' | 'routes'>
  tasks: Tasks
  simLimits?: { perDay: number; perMonth: number; recipientsPerMonth: number }
}

type Body = Readonly<Record<string, unknown>>
type Rejected = { result: 'REJECT'; reason: string }

/** "Comma list, at most 9999." */
const MOST_NUMBERS = 9999
const MOST_CHARACTERS = 3000
/** So many are written to the disk together. */
const AT_ONCE = 200
const NUMBER = /^\+?[0-9*#]{1,32}$/

const textIn = (body: Body, name: string): string => {
  const value = body[name]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
const rejected = (reason: string): Rejected => ({ result: 'REJECT', reason })

/** What a program asks for besides sending; `routes`: names of those that grant it. */
type Wish = { tag: string; routes: ReadonlySet<string>; unheard: 'none_line' | 'none_provider' }
type Letter = { from: string; text: string; wish: Wish | undefined }
type Refusal = MessageRefusal | Wish['unheard']

/** Numbers come without their `+`: whoever has the number as it is written, else as an international one. */
const submit = async (
  { messages, gateways }: DblPorts,
  number: string,
  { from, text, wish }: Letter,
): Promise<Result<Accepted, Refusal>> => {
  const draft = { origin: 'rest' as const, from, body: { kind: 'text' as const, text } }
  const spellings = number.startsWith('+') ? [number] : [number, `+${number}`]
  if (wish) {
    const { tag, routes } = wish
    const to = spellings.find((one) => routes.has(gateways.routes.taken({ from, to: one, tag }) ?? ''))
    return to === undefined
      ? err(wish.unheard)
      : messages.accept({ ...draft, tag, to: { user: to, text: to } })
  }
  const [written = number, international] = spellings
  const first = await messages.accept({ ...draft, to: { user: written, text: written } })
  if (first.ok || first.error !== 'unknown-user' || international === undefined) return first
  return messages.accept({ ...draft, to: { user: international, text: international } })
}

const submitAll = async (
  ports: DblPorts,
  numbers: readonly string[],
  letter: Letter,
): Promise<{ items: TaskItem[]; refused: Refusal | undefined }> => {
  const items: TaskItem[] = []
  let refused: Refusal | undefined
  for (let at = 0; at < numbers.length && refused !== 'overloaded'; at += AT_ONCE) {
    const some = numbers.slice(at, at + AT_ONCE)
    const taken = await Promise.all(some.map((number) => submit(ports, number, letter)))
    taken.forEach((one, index) => {
      if (one.ok) items.push({ number: some[index] ?? '', id: one.value.id })
      else refused = one.error
    })
  }
  return { items, refused }
}

/** It may go by that line, and never by another one. */
const isOfLine = ({ to, fallback }: RouteView, line: string): boolean => {
  const gateways = [...to, ...fallback].filter((one) => one.startsWith('gateway:'))
  return gateways.length === 1 && portOf(gateways[0] ?? '') === line && to[0] === gateways[0]
}

/** A line or a provider is wished by a tag. Only routes for that tag grant it: not those for all, nor for any tag. */
const wishOf = ({ gateways }: DblPorts, body: Body): Wish | undefined => {
  const [line, provider] = [textIn(body, 'goip_line'), textIn(body, 'provider')]
  if (line === '' && provider === '') return undefined
  const named = gateways.routes.list().filter(({ match: { tag } }) => tag !== undefined && tag !== '*')
  const names = (routes: RouteView[]) => new Set(routes.map(({ name }) => name))
  if (line === '') return { tag: `provider:${provider}`, routes: names(named), unheard: 'none_provider' }
  const routes = names(named.filter((route) => isOfLine(route, line)))
  return { tag: `line:${line}`, routes, unheard: 'none_line' }
}

/** POST /goip/sendsms/: `from` is the user that the configuration names. */
export const sendSms = async (ports: DblPorts, body: Body, from: string): Promise<object> => {
  const numbers = [...new Set(textIn(body, 'number').split(/[,;\s]+/))].filter((one) => one !== '')
  const text = textIn(body, 'content').toWellFormed()
  if (numbers.length === 0 || numbers.length > MOST_NUMBERS || !numbers.every((one) => NUMBER.test(one)))
    return rejected('number')
  if (text === '' || text.length > MOST_CHARACTERS) return rejected('content')
  const letter = { from, text, wish: wishOf(ports, body) }
  const { items, refused } = await submitAll(ports, numbers, letter)
  if (items.length === 0) return rejected(refused === 'unknown-user' ? 'none_line' : (refused ?? 'number'))
  return { result: 'ACCEPT', taskID: (await ports.tasks.add(items)).taskID }
}

const SENT: Record<MessageState, 'unsend' | 'sending' | 'succeeded' | 'failed'> = {
  accepted: 'unsend',
  queued: 'unsend',
  submitting: 'sending',
  sent: 'succeeded',
  delivered: 'succeeded',
  failed: 'failed',
  expired: 'failed',
  unknown: 'failed',
  cancelled: 'failed',
}

const portOf = (line: string): string => line.slice(line.indexOf('/') + 1)

const rowOf = (taskID: string, { number, id }: TaskItem, record: MessageRecord | undefined): object => ({
  ...{ taskID: `${taskID}.${number}`, id },
  goip_line: record?.via ? portOf(record.via.line) : '',
  send: record ? SENT[record.state] : 'failed',
  err_code: record?.cause ?? 0,
  receipt: record?.state === 'delivered' ? 1 : 0,
})

/** POST /goip/querysms/: a row for each recipient. */
export const querySms = async ({ messages, tasks }: DblPorts, body: Body): Promise<object[]> => {
  const task = await tasks.find(textIn(body, 'taskID'))
  if (!task) return []
  const rows: object[] = []
  for (let at = 0; at < task.items.length; at += AT_ONCE) {
    const some = task.items.slice(at, at + AT_ONCE)
    const records = await Promise.all(some.map(({ id }) => messages.get(id)))
    rows.push(...some.map((item, index) => rowOf(task.taskID, item, records[index])))
  }
  return rows
}

/**
 * The least that the device's counters and our limits leave of the card; -1: there is no limit. A limit of different numbers
 * is one of texts to whoever does not know which ones the card has texted.
 */
const remainingOf = ({ limits = {}, counts }: Line, ours: DblPorts['simLimits']): number => {
  const { sent, recipients } = counts
  const all = Object.entries(limits).flatMap(([name, used]) => (name.startsWith('sms') ? [used] : []))
  if (ours)
    all.push(
      { used: sent.day, limit: ours.perDay },
      { used: sent.month, limit: ours.perMonth },
      { used: recipients, limit: ours.recipientsPerMonth },
    )
  const left = all.flatMap(({ used, limit }) => (limit < 0 ? [] : [Math.max(0, limit - used)]))
  return left.length === 0 ? -1 : Math.min(...left)
}

/** POST /goip/querylines/. */
export const queryLines = ({ gateways, simLimits }: DblPorts): object[] =>
  Array.from(gateways.fleet.lines(), (line) => ({
    goip_line: line.line,
    online: line.state === 'offline' ? 0 : 1,
    reg: line.state === 'registered' || line.state === 'in-call' ? 'LOGIN' : 'LOGOUT',
    remain_sms: remainingOf(line, simLimits),
  }))
