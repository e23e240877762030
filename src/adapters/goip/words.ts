import type { Log } from '#lib/log'
import { latin1 } from '#lib/text'
import type { Flow } from '#lib/wire'

const encoder = new TextEncoder()
/** Most of what is said: its own octets. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
const ASCII = /^[\x00-\x7f]*$/

/** Before `;msg:` a password stands behind its name; what follows is somebody's text. */
const SECRET = /(;pass(?:word)?:)[^;]*/g

const hidden = (text: string, password: string): string =>
  password === '' ? text : text.replaceAll(` ${password}`, ' ***')

/** What goes in and out, in the log at level debug: without passwords. */
export const createWords = (log: Log) => {
  const shown = (dir: 'FROM' | 'TO', { address, port }: Flow, payload: string): void => {
    const text = payload.slice(0, 24).split(/[;\n]/)[0] ?? ''
    log.write('gw', 'debug', text, { dir, user: `${address}:${port}`, payload })
  }
  return {
    heard(flow: Flow, octets: Buffer): void {
      if (!log.on('gw', 'debug')) return
      const text = octets.toString('utf8')
      const end = text.indexOf(';msg:')
      const head = end < 0 ? text : text.slice(0, end)
      shown('FROM', flow, head.replace(SECRET, '$1***') + text.slice(head.length))
    },
    /** What is ASCII for certain: it is its own octets. */
    answer(flow: Flow, text: string): void {
      if (log.on('gw', 'debug')) shown('TO', flow, text)
      flow.send(text)
    },
    say(flow: Flow, text: string, password = ''): void {
      if (log.on('gw', 'debug')) shown('TO', flow, hidden(text, password))
      flow.send(ASCII.test(text) ? text : latin1(encoder.encode(text)))
    },
  }
}
export type Words = ReturnType<typeof createWords>
