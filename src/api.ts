import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type RemoteTarget, talkTo } from '#admin'
import { err, ok, type Result } from '#lib/result'
import { readRemoteAccess } from '#start'

export type ApiOptions = {
  /** The folder of a server on this machine: it says where its remote API is. */
  data: string
  key?: string
  ca?: string
  certificate?: string
  privateKey?: string
  follow?: boolean
}

export const apiOptions: [flags: string, text: string][] = [
  ['--key <key>', 'key of a server elsewhere (or TANDEM_KEY in the environment)'],
  ['--ca <file>', 'certificate that a wss:// server is known by'],
  ['--certificate <file>', 'certificate to show to a server that asks for one'],
  ['--private-key <file>', 'its private key'],
  ['--follow', 'stay, and show the events that come'],
]

const HELP = `a message is JSON in single quotes, or its name alone: npx tandem api '{"message":"help"}'`
const DEFAULT_PORT = 9000

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The manual's sample program takes the server first: 127.0.0.1:9000, ws://…, wss://…. */
const isAddress = (word: string): boolean =>
  /^wss?:\/\//.test(word) || /^[\w.[\]:-]*[.:][\w.[\]:-]*$/.test(word)

const urlOf = (word: string): string => {
  if (/^wss?:\/\//.test(word)) return word
  return /:\d+$/.test(word) ? `ws://${word}/` : `ws://${word}:${DEFAULT_PORT}/`
}

/** Texts to send, and how many answers they get. */
const messagesIn = (words: string[]): Result<{ texts: string[]; answers: number }, string> => {
  const texts: string[] = []
  let answers = 0
  for (const word of words) {
    const text = /^[a-z][\w-]*$/i.test(word) ? JSON.stringify({ message: word }) : word
    const value = parsed(text)
    if (typeof value !== 'object' || value === null) return err(`${word.slice(0, 80)}: ${HELP}`)
    if (Array.isArray(value) && value.length === 0) return err('[]: no message in it')
    texts.push(text)
    answers += Array.isArray(value) ? value.length : 1
  }
  return ok({ texts, answers })
}

const targetOf = (address: string | undefined, options: ApiOptions): Result<RemoteTarget, string> => {
  const key = options.key ?? process.env.TANDEM_KEY
  const access = address === undefined ? readRemoteAccess(resolve(options.data)) : undefined
  if (address === undefined && !access)
    return err(
      `${resolve(options.data)}: no server with a remote API runs there (com_addr switches it on; --data names another folder, or write its address first: npx tandem api 192.0.2.1:9000 help)`,
    )
  try {
    const read = (file: string | undefined): string | undefined =>
      file === undefined ? undefined : readFileSync(file, 'utf8')
    const [ca, certificate, privateKey] = [
      read(options.ca ?? access?.certificate),
      read(options.certificate ?? access?.clientCertificate),
      read(options.privateKey ?? access?.clientKey),
    ]
    return ok({
      url: access?.url ?? urlOf(address ?? ''),
      pinned: options.ca === undefined && access?.certificate !== undefined,
      ...((key ?? access?.key) !== undefined && { key: key ?? access?.key ?? '' }),
      ...(ca !== undefined && { ca }),
      ...(certificate !== undefined && { certificate }),
      ...(privateKey !== undefined && { privateKey }),
    })
  } catch (problem) {
    return err((problem as Error).message)
  }
}

type Output = { output: NodeJS.WritableStream; error: NodeJS.WritableStream }

/**
 * `tandem api [address] message…`: says the messages and shows the answers. Gives the exit code: 0 all answered, 1 one
 * of them with an error, or not at all.
 */
export const runApi = async (
  words: string[],
  options: ApiOptions,
  { output, error }: Output,
): Promise<number> => {
  const [first = ''] = words
  const address = isAddress(first) ? first : undefined
  const said = messagesIn(address === undefined ? words : words.slice(1))
  const target = said.ok ? targetOf(address, options) : said
  const fail = (why: string): number => {
    error.write(`${why}\n`)
    return 1
  }
  if (!said.ok) return fail(said.error)
  if (!target.ok) return fail(target.error)
  const { texts, answers } = said.value
  const { follow = false } = options
  if (texts.length === 0 && !follow) return fail(HELP)
  if (follow && !texts.some((text) => text.includes('"register"')))
    texts.push('{"message":"register","register":["sms","users_update"]}')
  let wrong = false
  const hear = (text: string): void => {
    const value = parsed(text)
    if (typeof value === 'object' && value !== null && 'error' in value) wrong = true
    output.write(`${value === undefined ? text : JSON.stringify(value, null, 2)}\n`)
  }
  // Whoever follows has seen enough.
  if (follow) process.once('SIGINT', () => process.exit(wrong ? 1 : 0))
  const talked = await talkTo(target.value, { texts, answers: follow ? undefined : answers, hear })
  if (!talked.ok) return fail(talked.error)
  return wrong ? 1 : 0
}
