import { bugText, type Log } from '#lib/log'
import { err } from '#lib/result'
import { delayOf } from './future.ts'
import { hasLongNumber, isObject, parseExact, parseJson, shown } from './json.ts'
import type { Job } from './lane.ts'
import type { Answer, Input, Message, RemoteClient } from './message.ts'
import { problemOf } from './schema.ts'
import { ONLY_NOW, schemas } from './schemas.ts'

export type DispatchPorts = {
  messages: readonly Message[]
  log: Log
  wallMs(): number
}

/** What one client has beside its place in the registers. */
export type Desk = RemoteClient & {
  /** To its lane. */
  add(job: Job): void
  /** Later; false when it has planned too much. */
  plan(delayMs: number, run: () => void): boolean
}

/** In one text; more come in the next. */
const MOST_IN_A_LIST = 1000

const print = (input: unknown, id: unknown, answer: Answer): string => {
  const asked = isObject(input) ? input : {}
  return JSON.stringify({
    ...(Object.hasOwn(asked, 'message_id') && { message_id: id }),
    ...(typeof asked.message === 'string' && { message: asked.message }),
    ...(answer.ok ? answer.value : { error: answer.error }),
  })
}

/** From the text of a client to jobs in its lane: one for each message, and one for whatever is none. */
export const createDispatch = ({ messages, log, wallMs }: DispatchPorts) => {
  const known = new Map<string, Message>(messages.map((message) => [message.name, message]))

  const execute = async (message: Message, input: Input, client: RemoteClient): Promise<Answer> => {
    try {
      return await message.run(input, client)
    } catch (bug) {
      log.write('api', 'error', `bug: ${message.name}: ${bugText(bug)}`, { user: client.place })
      return err('Internal error')
    }
  }

  /** `id`: message_id exactly as it came. */
  const take = (asked: unknown, id: unknown, desk: Desk): void => {
    const refuse = (why: string): void =>
      desk.add({ order: 'together', run: async () => print(asked, id, err(why)) })
    if (!isObject(asked)) return refuse(`A message is an object, not ${shown(asked)}`)
    if (typeof asked.message !== 'string' || asked.message === '')
      return refuse('message: is missing: the name of a message, such as "help"')
    const message = known.get(asked.message.replaceAll('-', '_'))
    if (!message) return refuse(`Unknown message: ${asked.message.slice(0, 100)}`)
    const input = message.prepare?.(asked) ?? asked
    if (input.start_time !== undefined && ONLY_NOW.includes(message.name))
      return refuse(`start_time: ${asked.message} can't be executed in future`)
    const problem = problemOf(schemas[message.name], input, '')
    if (problem !== undefined) return refuse(problem)
    const delayMs = delayOf(input, wallMs())
    if (typeof delayMs === 'string') return refuse(delayMs)
    const { name, order = 'alone', after } = message
    const run = async (): Promise<string> => {
      // What is told of log_get would be the next line that it gets.
      if (name !== 'log_get' && log.on('api', 'debug')) log.write('api', 'debug', name, { user: desk.place })
      return print(asked, id, await execute(message, input, desk))
    }
    if (delayMs === 0) return desk.add({ order, run, after })
    if (!desk.plan(delayMs, () => desk.add({ order, run, after })))
      refuse('start_time: too many messages wait for their time')
  }

  return {
    onText(text: string, desk: Desk): void {
      const parsed = parseJson(text)
      const refuse = (why: string): void =>
        desk.add({ order: 'together', run: async () => JSON.stringify({ error: why }) })
      if (!parsed.ok) return refuse(parsed.error)
      const { value } = parsed
      const exact = hasLongNumber(text) ? parseExact(text) : value
      const idOf = (item: unknown): unknown => (isObject(item) ? item.message_id : undefined)
      if (!Array.isArray(value)) return take(value, idOf(exact), desk)
      if (value.length > MOST_IN_A_LIST) return refuse(`A list holds at most ${MOST_IN_A_LIST} messages`)
      for (const [at, item] of value.entries()) take(item, idOf((exact as unknown[])[at]), desk)
    },
  }
}
export type Dispatch = ReturnType<typeof createDispatch>
