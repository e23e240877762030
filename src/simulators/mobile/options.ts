import type { Reader } from '../option-reader.ts'
import { fastRadio, type RadioManner, realRadio } from './radio.ts'

/** What `tandem sim goip` and `tandem sim ejoin` have in common. */
export const mobileOptions: readonly (readonly [flags: string, text: string])[] = [
  ['--number <number>', 'number of the first card; the others count up (default +15550100201)'],
  ['--fast', 'a text takes 10 to 30 ms, not 2 to 5 s'],
  ['--fail <percent>', 'so many texts fail'],
  ['--errors <ids>', 'error ids of those that fail (default 38 for a GoIP, 7 for an Ejoin)'],
  ['--undelivered <percent>', 'so many delivery reports say that the text was not delivered'],
  ['--receive <from:text>', 'a text arrives at the first card, once it is registered'],
  ['--reply [text]', 'whoever is texted answers so; % is what they were sent (default "got: %")'],
  ['--texts <count>', 'leave after so many texts have left'],
  ['--seconds <count>', 'leave after so long'],
  ['--seed <number>', 'of chance: the same seed gives the same luck (default 1)'],
]

export type MobilePlan = {
  number: string
  radio: RadioManner
  undelivered: number
  receive: { from: string; text: string } | undefined
  reply: string | undefined
  texts: number
  seconds: number | undefined
  seed: number
}

export const percentOf = ({ text, problems }: Reader, name: string): number => {
  const value = text(name)
  const read = Number(value?.replace(/%$/, '') ?? 0)
  if (read >= 0 && read <= 100 && value !== '') return read
  problems.push(`--${name}: expected a percentage`)
  return 0
}

export const readMobilePlan = (
  options: { [name: string]: string | boolean | undefined },
  reader: Reader,
  usual: number,
): MobilePlan => {
  const { text, number, problems } = reader
  const own = text('number') ?? '+15550100201'
  if (!/^\+?\d{1,15}$/.test(own)) problems.push('--number: expected digits, perhaps with + before them')
  const errors = (text('errors') ?? `${usual}`).split(',').map(Number)
  if (errors.some((error) => !Number.isInteger(error) || error < 0))
    problems.push('--errors: expected error ids')
  const [, from = '', words = ''] = /^([^:]{1,32}):(.*)$/s.exec(text('receive') ?? '') ?? []
  if (text('receive') !== undefined && from === '') problems.push('--receive: expected FROM:TEXT')
  return {
    number: own,
    radio: {
      ...(options.fast === true ? fastRadio : realRadio),
      ...{ failPercent: percentOf(reader, 'fail'), errors },
    },
    undelivered: percentOf(reader, 'undelivered'),
    receive: from === '' ? undefined : { from, text: words },
    reply: options.reply === true ? 'got: %' : text('reply'),
    texts: number('texts', 1, 1e9) ?? Number.POSITIVE_INFINITY,
    seconds: number('seconds', 0, 1e9),
    seed: number('seed', 0, 4294967295) ?? 1,
  }
}
