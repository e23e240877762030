import { err, ok, type Result } from '#lib/result'
import { createReader, type UeOptions } from '../option-reader.ts'

export type WebPlan = {
  /** Where the web phone's pages are. */
  phone: string
  user: string
  password: string | undefined
  token: string | undefined
  call: string | undefined
  /** Undefined: calls that come in only ring. */
  answerMs: number | undefined
  text: { to: string; msg: string } | undefined
  seconds: number
}

/** Options of `tandem sim web`. */
export const webOptions: readonly (readonly [flags: string, text: string])[] = [
  ['--phone <url>', "the web phone's address, or the admin one (default http://127.0.0.1:980)"],
  ['--user <name>', 'number or name of a user with a password'],
  ['--password <text>', 'its password'],
  ['--token <token>', 'instead of the password: a token of POST /phone/api/token'],
  ['--call <number>', 'call it when registered'],
  ['--answer <ms>', 'answer calls after so many milliseconds (without it they only ring)'],
  ['--text <to:words>', 'send a text'],
  ['--seconds <n>', 'leave after so many seconds (default 10); hangs up first'],
]

const textOf = (value: string | undefined): WebPlan['text'] | 'wrong' => {
  if (value === undefined) return undefined
  const colon = value.indexOf(':')
  return colon > 0 ? { to: value.slice(0, colon), msg: value.slice(colon + 1) } : 'wrong'
}

/** All that is wrong with the options at once. */
export const readWebOptions = (options: UeOptions): Result<WebPlan, string[]> => {
  const { problems, text: word, number } = createReader(options)
  const phone = URL.parse(word('phone') ?? 'http://127.0.0.1:980')
  if (!phone?.protocol.startsWith('http'))
    problems.push('--phone: expected an address such as http://127.0.0.1:980')
  const [user, password, token] = [word('user'), word('password'), word('token')]
  if (user === undefined) problems.push('--user: which one?')
  if (password === undefined && token === undefined) problems.push('--password or --token is needed')
  const text = textOf(word('text'))
  if (text === 'wrong') problems.push('--text: expected a number, a colon and words')
  const [answerMs, seconds = 10] = [number('answer', 0, 3_600_000), number('seconds', 1, 604_800)]
  if (problems.length > 0 || !phone || user === undefined || text === 'wrong') return err(problems)
  return ok({
    ...{ phone: phone.origin, user, password, token, call: word('call') },
    answerMs,
    text,
    seconds,
  })
}
