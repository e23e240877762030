import type { Result } from '#lib/result'
import { commandOf } from './commands.ts'
import type { Frame } from './frame.ts'
import { parseJson, printJson } from './json.ts'
import { parseLines, printLines } from './lines.ts'
import type { Command, Fault, Pdu } from './pdu.ts'

export const SUBPROTOCOL = 'web-call-protocol'

/** `lines`: old clients, as the manual has it. */
export type DialectName = 'lines' | 'json'

/** One of the two ways to write the same commands and events. */
export type Dialect = {
  name: DialectName
  parse(text: string): Result<Command, Fault>
  /** Undefined: this dialect has no word for it. */
  print(pdu: Pdu): string | undefined
}

const reading =
  (parse: (text: string) => Result<Frame, Fault>) =>
  (text: string): Result<Command, Fault> => {
    const frame = parse(text)
    return frame.ok ? commandOf(frame.value) : frame
  }

export const LINES: Dialect = { name: 'lines', parse: reading(parseLines), print: printLines }
export const JSON_DIALECT: Dialect = { name: 'json', parse: reading(parseJson), print: printJson }

/** By the first message of a connection. */
export const dialectOf = (text: string): Dialect => (/^\s*\{/.test(text) ? JSON_DIALECT : LINES)
