import type { GatewayDriver, SendResult } from '#core'
import type { DeviceAnswer } from '#goip-wire'
import { err, ok, type Result } from '#lib/result'
import { createAlarms } from './admission.ts'
import { GOIP_COMMANDS, isGood, wordsOf } from './commands.ts'
import { type Ask, createExchange } from './exchanges.ts'
import type { GoipLine, GoipLines } from './lines.ts'
import { isDialable, numberFor } from './numbers.ts'
import type { GoipPorts } from './ports.ts'
import { Session } from './sessions.ts'
import { createSlots } from './slots.ts'
import { createTalks } from './talks.ts'
import { createUssd } from './ussd.ts'
import type { Words } from './words.ts'

/** "The SMS content should be limited to 3000 bytes or less." */
const MOST_OCTETS = 3000
const COMMAND = { everyMs: 5000, times: 3 }

type DriverPorts = Pick<GoipPorts, 'timers' | 'log' | 'random' | 'inbox'> & { words: Words; lines: GoipLines }

export type GoipDriver = GatewayDriver & {
  /** False when nobody asked. */
  onAnswer(answer: DeviceAnswer, address: string): boolean
  readonly talks: number
  close(): void
}

/** What is said to lines: texts, USSD, commands; one at a time on each. */
export const createGoipDriver = (ports: DriverPorts): GoipDriver => {
  const { timers, random, words, lines } = ports
  const talks = createTalks(random)
  const slots = createSlots(timers)
  const busy = new Set<GoipLine>()
  const passwordAlarm = createAlarms(ports, 'password-refused')

  const say = (line: GoipLine, text: string): void => {
    if (line.flow) words.say(line.flow, text, line.settings.password)
  }
  /** The line of this name when it is there and has nothing to do; else why not. */
  const freeLine = (name: string): Result<GoipLine, string> => {
    const line = lines.byName(name)
    if (!line?.alive) return err('the line is offline')
    return busy.has(line) ? err('the line is busy') : ok(line)
  }
  /** The line to itself for one job, or why it cannot have any. */
  const withLine = async <T>(
    name: string,
    job: (line: GoipLine) => Promise<Result<T, string>>,
  ): Promise<Result<T, string>> => {
    const free = freeLine(name)
    if (!free.ok) return free
    const line = free.value
    busy.add(line)
    try {
      return await job(line)
    } finally {
      busy.delete(line)
    }
  }
  const ask: Ask = async ({ line, words, good, everyMs, times, session = talks.number() }) => {
    const text = words(session)
    const exchange = createExchange({ timers, say: () => say(line, text), everyMs, times, good })
    talks.open(session, { line, onAnswer: exchange.onAnswer, close: exchange.close })
    const answer = await exchange.promise
    talks.end(session)
    return { answer, session }
  }
  const ussd = createUssd({ timers, ask, say })

  const sessions = {
    ...{ timers, say },
    onPassword: (line: GoipLine) => passwordAlarm(line, 'does not take the password of its line', {}),
    onEnd: (session: Session) => {
      talks.end(session.number)
      // What a process before this one began has none of our places.
      if (session.address === undefined) slots.release(session.line.device)
      else busy.delete(session.line)
    },
  }
  const open = (opening: ConstructorParameters<typeof Session>[1]): Session => {
    const session = new Session(sessions, opening)
    talks.open(session.number, session)
    return session
  }
  return {
    kind: 'goip',
    commands: GOIP_COMMANDS,
    /** One function from the line's taking to its end: there is one for each text that is on its way. */
    async send({ id }, { to, text, task }) {
      if (Buffer.byteLength(text) > MOST_OCTETS)
        return { kind: 'refused', fault: 'number', reason: `more than ${MOST_OCTETS} octets` }
      const free = freeLine(id)
      if (!free.ok) return busyWith(free.error)
      const line = free.value
      const called = numberFor(to, line.settings.number_format, line.sim.number ?? line.settings.number)
      if (!isDialable(called)) return { kind: 'refused', fault: 'number', reason: 'not a number' }
      busy.add(line)
      try {
        ussd.exit(line)
        if (!slots.take(line.device) && !(await slots.wait(line.device)))
          return busyWith('all sessions of the device are taken')
        const number = task === undefined ? talks.number() : placeOf(task).session
        return await open({ line, text, number }).send(called)
      } finally {
        busy.delete(line)
      }
    },
    nextTask({ id }) {
      const address = lines.byName(id)?.flow?.address
      return Promise.resolve(address === undefined ? undefined : `${talks.number()}@${address}`)
    },
    follow(name, task, sinceMs) {
      const line = lines.byName(name)
      if (!line) return undefined
      const { session: number, address } = placeOf(task)
      // The device has one text at a time: another one would be refused.
      busy.add(line)
      return open({ line, number, text: '', address }).follow(timers.clock.wallMs() - sinceMs)
    },
    async ussd({ id }, code) {
      if (code !== undefined) return withLine(id, (line) => ussd.dial(line, code))
      const line = lines.byName(id)
      if (line) ussd.exit(line)
      return ok({ text: '', open: false })
    },
    command: ({ id }, name, values) =>
      withLine<string>(id, async (line) => {
        const words = wordsOf(name, values, line.settings)
        if (!words.ok) return words
        const { answer, session } = await ask({ line, words: words.value, good: isGood(name), ...COMMAND })
        if (name === 'CF' || name === 'CW' || !answer.ok) say(line, `DONE ${session}`)
        return answer.ok ? ok(answer.value.rest) : answer
      }),
    onAnswer: talks.onAnswer,
    get talks() {
      return talks.count
    },
    close() {
      slots.close()
      talks.close()
      ussd.close()
    },
  }
}

/** Of a text's name: number of its session, and where its device was. */
const placeOf = (task: string): { session: number; address: string } => {
  const at = task.indexOf('@')
  return { session: Number(task.slice(0, at)), address: task.slice(at + 1) }
}

const busyWith = (reason: string): SendResult => ({ kind: 'refused', fault: 'busy', reason })
