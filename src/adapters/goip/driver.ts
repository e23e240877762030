import type { GatewayDriver, Line, SendResult } from '#core'
import { type DeviceAnswer, printUssd, printUssdExit } from '#goip-wire'
import { err, ok } from '#lib/result'
import { latin1 } from '#lib/text'
import { GOIP_COMMANDS, isGood, wordsOf } from './commands.ts'
import { createExchange, type Exchange } from './exchanges.ts'
import type { GoipLine, GoipLines } from './lines.ts'
import { numberFor } from './numbers.ts'
import type { GoipPorts } from './ports.ts'
import { createSession, type Session } from './sessions.ts'

const MOST_OCTETS = 3000
/** What a device takes at once, over all its lines. */
const MOST_SESSIONS = 5
/** Asked again earlier, a device hangs up on the network (field experience; the manual says 10 s). */
const USSD_MS = 60_000
const COMMAND_MS = 5000

type Talk = { line: GoipLine; onAnswer(answer: DeviceAnswer): void; close(): void }

const encoder = new TextEncoder()

/** What is said to lines: texts, USSD, commands; one at a time on each. */
export const createGoipDriver = (
  { timers, log, random }: Pick<GoipPorts, 'timers' | 'log' | 'random'>,
  lines: GoipLines,
): GatewayDriver & { onAnswer(answer: DeviceAnswer, address: string): boolean; close(): void } => {
  const talks = new Map<string, Talk>()
  const busy = new Set<GoipLine>()
  const sessions = new Map<string, number>()
  const [a = 0, b = 0] = random.bytes(2)
  let last = 1000 + a * 256 + b

  const say = (line: GoipLine, text: string): void => void line.flow?.send(latin1(encoder.encode(text)))
  /** Numbers that stay below 2^31 and do not come again soon: a device remembers. */
  const nextSession = (): number => {
    last = last >= 2_000_000_000 ? 1000 : last + 1
    return last
  }
  const count = (device: string, by: number): void => {
    const now = (sessions.get(device) ?? 0) + by
    if (now > 0) sessions.set(device, now)
    else sessions.delete(device)
  }

  const ready = (name: string): GoipLine | string => {
    const line = lines.byName(name)
    if (!line?.flow) return 'the line has not been seen'
    return busy.has(line) ? 'the line is busy' : line
  }

  const send = async (name: string, to: string, text: string): Promise<SendResult> => {
    if (encoder.encode(text).length > MOST_OCTETS)
      return { kind: 'refused', fault: 'number', reason: `more than ${MOST_OCTETS} octets` }
    const line = ready(name)
    if (typeof line === 'string') return { kind: 'refused', fault: 'busy', reason: line }
    if ((sessions.get(line.device) ?? 0) >= MOST_SESSIONS)
      return { kind: 'refused', fault: 'busy', reason: `${MOST_SESSIONS} sessions on this device` }
    const session = nextSession()
    const key = String(session)
    busy.add(line)
    count(line.device, 1)
    const talk: Session = createSession({
      ...{ timers, line, session, text, say },
      onPassword: () => log.write('app', 'error', `GoIP ${line.id} does not take the password of its line`),
      onEnd: () => {
        talks.delete(key)
        count(line.device, -1)
      },
    })
    talks.set(key, { line, ...talk })
    const result = await talk.send(numberFor(to, line.settings.number_format))
    busy.delete(line)
    return result
  }

  const ask = async (
    line: GoipLine,
    words: (session: number) => string,
    good: (word: string) => boolean,
    [everyMs, times]: [number, number],
    session = nextSession(),
  ) => {
    const text = words(session)
    busy.add(line)
    const exchange: Exchange = createExchange({ timers, say: () => say(line, text), everyMs, times, good })
    talks.set(String(session), { line, onAnswer: exchange.onAnswer, close: exchange.close })
    const answer = await exchange.promise
    talks.delete(String(session))
    busy.delete(line)
    return { answer, session }
  }

  /** USSD sessions that wait for a choice. */
  const menus = new Map<GoipLine, number>()

  return {
    kind: 'goip',
    commands: GOIP_COMMANDS,
    send: ({ id }: Line, { to, text }) => send(id, to, text),
    async ussd({ id }, code) {
      const line = ready(id)
      if (typeof line === 'string') return err(line)
      const menu = menus.get(line)
      const { password } = line.settings
      menus.delete(line)
      if (code === undefined) {
        if (menu !== undefined) say(line, printUssdExit(menu, password))
        return ok({ text: '', open: false })
      }
      // A blank would be the next argument.
      if (!/^[0-9*#+]{1,64}$/.test(code)) return err('a USSD code is made of digits, * and #')
      const good = (word: string): boolean => word === 'USSD' || word === 'USSDEXIT'
      const { answer, session } = await ask(
        line,
        (number) => printUssd(number, password, code),
        good,
        [USSD_MS, 1],
        menu,
      )
      if (!answer.ok) return answer
      const { word, rest } = answer.value
      if (/^USSD send failed!/.test(rest)) return err(rest)
      if (word === 'USSD') menus.set(line, session)
      return ok({ text: rest, open: word === 'USSD' })
    },
    async command({ id }, name, values) {
      const line = ready(id)
      if (typeof line === 'string') return err(line)
      const { password } = line.settings
      if (wordsOf(name, 0, values, password) === undefined) return err(`${name} is no command of a GoIP`)
      const words = (session: number): string => wordsOf(name, session, values, password) ?? ''
      const { answer, session } = await ask(line, words, isGood(name), [COMMAND_MS, 3])
      if (name === 'CF' || !answer.ok) say(line, `DONE ${session}`)
      return answer.ok ? ok(answer.value.rest) : answer
    },
    /** False when nobody asked, or when the answer comes from elsewhere. */
    onAnswer(answer, address) {
      const talk = talks.get(answer.session)
      if (!talk || talk.line.flow?.address !== address) return false
      talk.onAnswer(answer)
      return true
    },
    close() {
      for (const talk of talks.values()) talk.close()
    },
  }
}
