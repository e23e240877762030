import { RP_CAUSE } from '#sms'
import type { Reader, UeOptions } from '../option-reader.ts'
import type { TextPolicy, TextWish } from './contract.ts'

/** The options of `tandem sim ue` that are about texts. */
export const textOptions: readonly (readonly [flags: string, text: string])[] = [
  ['--text <to:words>', 'send this text: SMS with a SIM, else plain'],
  ['--plain', 'with --text: plain text, with a SIM as well'],
  ['--status-report', 'with --text: ask for a status report and wait for it'],
  ['--texts [count]', 'wait for texts until interrupted, or until so many came'],
  ['--reply <words>', 'answer each text with these words'],
  ['--on-text <what>', 'take, ignore, no-report, full (no memory for 5 s), or an RP cause (default take)'],
  ['--smsc <number>', 'number of the service centre (default +15550199)'],
]

export type TextPlan = {
  send: { to: string; words: string } | undefined
  wish: TextWish
  /** How many texts to wait for; undefined: none. */
  count: number | undefined
  reply: string | undefined
  policy: TextPolicy
  smsc: string | undefined
}

/** A SIP address has a colon of its own. */
const TO_AND_WORDS = /^((?:sips?|tel):[^:]+(?::\d{1,5})?|[^:]+):(.*)$/is

const MEMORY_AFTER_MS = 5000

export const readTextPlan = (options: UeOptions, { problems, text, number }: Reader): TextPlan => {
  const given = text('text')
  const found = given === undefined ? undefined : TO_AND_WORDS.exec(given)
  if (given !== undefined && !found) problems.push('--text: expected whom, a colon, and the words')
  const smsc = text('smsc')
  if (smsc !== undefined && !/^\+?\d{3,20}$/.test(smsc)) problems.push('--smsc: expected a number')
  const wanted = text('onText') ?? 'take'
  const policy = policyOf(wanted)
  if (!policy) problems.push('--on-text: expected take, ignore, no-report, full, or a number from 1 to 127')
  return {
    send: found ? { to: found[1] as string, words: found[2] as string } : undefined,
    wish: { plain: options.plain === true, statusReport: options.statusReport === true },
    count: options.texts === true ? Number.POSITIVE_INFINITY : number('texts', 1, 1e9),
    reply: text('reply'),
    policy: policy ?? { kind: 'take' },
    smsc,
  }
}

const policyOf = (wanted: string): TextPolicy | undefined => {
  if (wanted === 'take' || wanted === 'ignore' || wanted === 'no-report') return { kind: wanted }
  if (wanted === 'full')
    return { kind: 'refuse', cause: RP_CAUSE.memoryExceeded, memoryAfterMs: MEMORY_AFTER_MS }
  const cause = Number(wanted)
  return Number.isInteger(cause) && cause >= 1 && cause <= 127 ? { kind: 'refuse', cause } : undefined
}
