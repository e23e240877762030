import type { Accepted, Line, MessageRecord, MessageRefusal, MessageState, Messages, TaskItem } from '#core'
import type { Result } from '#lib/result'
import type { GatewayDesk } from '../../gateways/ports.ts'
import type { Tasks } from './tasks.ts'

export type DblPorts = {
  messages: Pick<Messages, 'accept' | 'get'>
  gateways: Pick<GatewayDesk, 'fleet' | 'routes'>
  tasks: Tasks
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

/** Numbers come without their `+`: whoever has the number as it is written, else as an international one. */
const submit = async (
  { messages }: DblPorts,
  { from, number, text, tag }: { from: string; number: string; text: string; tag: string | undefined },
): Promise<Result<Accepted, MessageRefusal>> => {
  const draft = { origin: 'rest' as const, from, body: { kind: 'text' as const, text }, ...(tag && { tag }) }
  const first = await messages.accept({ ...draft, to: { user: number, text: number } })
  if (first.ok || first.error !== 'unknown-user' || number.startsWith('+')) return first
  return messages.accept({ ...draft, to: { user: `+${number}`, text: `+${number}` } })
}

const submitAll = async (
  ports: DblPorts,
  numbers: readonly string[],
  letter: { from: string; text: string; tag: string | undefined },
): Promise<{ items: TaskItem[]; refused: MessageRefusal | undefined }> => {
  const items: TaskItem[] = []
  let refused: MessageRefusal | undefined
  for (let at = 0; at < numbers.length && refused !== 'overloaded'; at += AT_ONCE) {
    const some = numbers.slice(at, at + AT_ONCE)
    const taken = await Promise.all(some.map((number) => submit(ports, { ...letter, number })))
    taken.forEach((one, index) => {
      if (one.ok) items.push({ number: some[index] ?? '', id: one.value.id })
      else refused = one.error
    })
  }
  return { items, refused }
}

/** A line or a provider is wished by a tag, which routes may match; it must lead there now. */
const wishOf = (
  { gateways }: DblPorts,
  body: Body,
  from: string,
  to: string,
): { tag: string | undefined } | Rejected => {
  const [line, provider] = [textIn(body, 'goip_line'), textIn(body, 'provider')]
  if (line === '' && provider === '') return { tag: undefined }
  const tag = line === '' ? `provider:${provider}` : `line:${line}`
  const leads = [to, `+${to}`].some((number) => {
    const { accepted, route, targets } = gateways.routes.try({ kind: 'message', from, to: number, tag })
    if (line === '') return accepted && route !== undefined
    return accepted && (targets[0]?.target.endsWith(`/${line}`) ?? false)
  })
  return leads ? { tag } : rejected(line === '' ? 'none_provider' : 'none_line')
}

/** POST /goip/sendsms/: `from` is the user that the configuration names. */
export const sendSms = async (ports: DblPorts, body: Body, from: string): Promise<object> => {
  const numbers = [...new Set(textIn(body, 'number').split(/[,;\s]+/))].filter((one) => one !== '')
  const text = textIn(body, 'content').toWellFormed()
  if (numbers.length === 0 || numbers.length > MOST_NUMBERS || !numbers.every((one) => NUMBER.test(one)))
    return rejected('number')
  if (text === '' || text.length > MOST_CHARACTERS) return rejected('content')
  const wish = wishOf(ports, body, from, numbers[0] ?? '')
  if ('result' in wish) return wish
  const { items, refused } = await submitAll(ports, numbers, { from, text, tag: wish.tag })
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

const remainingOf = ({ limits = {} }: Line): number => {
  for (const [name, { used, limit }] of Object.entries(limits))
    if (name.startsWith('sms') && limit >= 0) return Math.max(0, limit - used)
  return -1
}

/** POST /goip/querylines/. */
export const queryLines = ({ gateways }: DblPorts): object[] =>
  Array.from(gateways.fleet.lines(), (line) => ({
    goip_line: line.line,
    online: line.state === 'offline' ? 0 : 1,
    reg: line.state === 'registered' || line.state === 'in-call' ? 'LOGIN' : 'LOGOUT',
    remain_sms: remainingOf(line),
  }))
