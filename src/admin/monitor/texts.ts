import {
  MESSAGE_STATES,
  type MessageRecord,
  type MessageRefusal,
  type MessageState,
  type Messages,
  type MessageTarget,
  type Subscribers,
} from '#core'
import { err, ok, type Result } from '#lib/result'
import type { Candidates } from '../ports.ts'
import { userOf } from '../remote/who.ts'
import { tableOf } from '../table.ts'
import type { Command } from './command.ts'
import { messageCard, timeOf, whyOf } from './text-views.ts'
import { counted, shortOf } from './views.ts'

export type TextPorts = {
  messages: Pick<Messages, 'accept' | 'get' | 'list' | 'flush' | 'waiting'>
  subscribers: Pick<Subscribers, 'byImpi' | 'byIdentity'>
  /** Whom texts typed here are from. */
  sender: string
  candidates?: Candidates
}

const PAGE = 20
/** A message in one of these has not come to its end. */
const UNDER_WAY: readonly MessageState[] = ['accepted', 'queued', 'submitting', 'sent']
const WAITING = 'waiting'

const REFUSED: Record<MessageRefusal, (to: string) => string> = {
  'unknown-user': (to) => `no user "${to}": "users" lists them`,
  forbidden: (to) => `no route lets texts to "${to}" pass`,
  overloaded: () => 'too many messages wait: try again later',
  full: (to) => `too many messages of this sender, or for "${to}", wait: try again later`,
  'bad-request': () => 'the message cannot be sent as it is',
  failure: () => 'the message could not be stored, see the log: try again later',
}

/** SMS of the manual's section 7, and what waits. */
export const createTextCommands = (ports: TextPorts): Command[] => [
  {
    name: 'sms',
    usage: '<impi or impu> <text>',
    summary: 'Sends a text to a user.',
    detail: '"message ID" shows what becomes of it.',
    complete: (words) => (words.length === 0 ? (ports.candidates?.users() ?? []) : []),
    run: (rest) => sms(ports, rest),
  },
  {
    name: 'sms_flush',
    usage: '<impi>',
    summary: 'Ends all texts that wait for a user.',
    detail: 'They count as cancelled. An identity or a number will do as well.',
    complete: (words) => (words.length === 0 ? (ports.candidates?.impis() ?? []) : []),
    run: (rest) => flush(ports, rest),
  },
  {
    name: 'messages',
    usage: '[state] [user or number] [before <id>]',
    summary: 'Lists the texts that wait and why, newest first.',
    detail: `${PAGE} at a time. State: all, or one of ${MESSAGE_STATES.join(', ')}.`,
    complete: (words) => candidatesOf(ports, words),
    run: (rest) => list(ports, rest),
  },
  {
    name: 'message',
    usage: '<id>',
    summary: 'Shows a text and its timeline.',
    detail: '"messages" shows the ids.',
    run: async (rest) => {
      if (rest === '') return err('the id is needed: message <id>. "messages" shows it')
      const record = await ports.messages.get(rest)
      return record ? ok(messageCard(record)) : err(`no message ${rest}: "messages all" shows ids`)
    },
  },
]

const candidatesOf = ({ candidates }: TextPorts, words: readonly string[]): Iterable<string> => {
  if (words.at(-1) === 'before' || words.length > 2) return []
  if (words.length === 0) return ['all', ...MESSAGE_STATES, WAITING, 'before']
  return candidates?.users() ?? []
}

/** The manual: by private identity, else by a public one. */
const targetOf = ({ subscribers }: TextPorts, name: string): MessageTarget => {
  const subscriber = subscribers.byImpi(name)
  return subscriber ? { impi: subscriber.impi } : { user: userOf(name), text: name }
}

const sms = async (ports: TextPorts, rest: string): Promise<Result<string, string>> => {
  const [, name = '', text = ''] = /^(\S+)\s+(.+)$/s.exec(rest) ?? []
  if (text === '') return err('whom and what is needed: sms <impi or impu> <text>')
  const { sender: from } = ports
  const body = { kind: 'text' as const, text: text.toWellFormed() }
  const accepted = await ports.messages.accept({ origin: 'monitor', from, to: targetOf(ports, name), body })
  return accepted.ok ? ok(`message ${accepted.value.id} is accepted`) : err(REFUSED[accepted.error](name))
}

const flush = async ({ messages, subscribers }: TextPorts, name: string): Promise<Result<string, string>> => {
  if (name === '') return err('the user is needed: sms_flush <impi>. "users" lists them')
  const subscriber = subscribers.byImpi(name) ?? subscribers.byIdentity(userOf(name))?.subscriber
  if (!subscriber) return err(`no user "${name}": "users" lists them`)
  return ok(`${counted(await messages.flush(subscriber.impi), 'message')} cancelled`)
}

type Wanted = { states: readonly (MessageState | undefined)[]; word: string; user?: string; before?: string }

const wantedOf = (rest: string): Wanted | undefined => {
  const words = rest.split(/\s+/).filter((word) => word !== '')
  const at = words.indexOf('before')
  const [before, ...more] = at < 0 ? [] : words.splice(at).slice(1)
  if ((at >= 0 && before === undefined) || more.length > 0) return undefined
  const [first = ''] = words
  const state = MESSAGE_STATES.find((one) => one === first)
  const isState = state !== undefined || first === 'all' || first === WAITING
  if (isState) words.shift()
  const [user, ...rest_] = words
  if (rest_.length > 0) return undefined
  const states = state ? [state] : first === 'all' ? [undefined] : UNDER_WAY
  return {
    states,
    word: isState ? first : '',
    ...(user !== undefined && { user }),
    ...(before !== undefined && { before }),
  }
}

const list = async ({ messages }: TextPorts, rest: string): Promise<Result<string, string>> => {
  const wanted = wantedOf(rest)
  if (!wanted) return err('not understood: messages [state] [user or number] [before <id>]')
  const { states, word, ...query } = wanted
  const lists = await Promise.all(
    states.map((state) => messages.list({ ...query, limit: PAGE + 1, ...(state && { state }) })),
  )
  const found = lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1))
  if (found.length === 0) {
    const whose = query.user === undefined ? '' : ` for or from "${query.user}"`
    return ok(word === '' ? `no messages${whose} wait` : `no messages${whose}`)
  }
  const shown = found.slice(0, PAGE)
  const table = tableOf(['ID', 'ACCEPTED (UTC)', 'FROM', 'TO', 'STATE', 'WHY'], shown.map(rowOf))
  if (found.length <= PAGE) return ok(table)
  const words = ['messages', word, query.user, 'before', shown.at(-1)?.id]
  return ok(`${table}\nmore: ${words.filter(Boolean).join(' ')}`)
}

const rowOf = (record: MessageRecord): string[] => [
  record.id,
  timeOf(record.acceptedAtMs),
  shortOf(record.from),
  shortOf(record.to),
  record.state,
  whyOf(record),
]
