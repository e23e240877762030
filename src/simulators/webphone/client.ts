/** What a server said, as a page sees it: every member, lists where a key came more than once. */
export type Heard = Readonly<Record<string, unknown>> & { op: number }

export type WebClientPorts = {
  dialect: 'lines' | 'json'
  send(text: string): void
  /** Everything that came. */
  onHeard?(heard: Heard): void
}

/** The lines as the known client of old reads them: the description is the rest, a comma begins another field. */
const readLines = (text: string): Heard => {
  const heard: Record<string, unknown> & { op: number } = { op: 0 }
  const at = text.search(/(?:^|\n)sdp=/)
  const head = at < 0 ? text : text.slice(0, at)
  for (const line of head.split('\n'))
    for (const field of /^(?:ext|blfxml|msg)=/.test(line) ? [line] : line.split(',')) {
      const equals = field.indexOf('=')
      if (equals <= 0) continue
      const [key, value] = [field.slice(0, equals), field.slice(equals + 1)]
      const known = heard[key]
      if (key === 'op') heard.op = Number(value)
      else if (known === undefined) heard[key] = value
      else heard[key] = Array.isArray(known) ? [...known, value] : [known, value]
    }
  if (at >= 0) heard.sdp = text.slice(text.indexOf('sdp=', at) + 4)
  return heard
}

const readJson = (text: string): Heard => JSON.parse(text) as Heard

const LAST = new Set(['sdp', 'msg'])

const printLines = (op: number, seq: number, fields: Record<string, unknown>): string => {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  const shown = entries.map(([key, value]) => [key, Array.isArray(value) ? value.join(',') : `${value}`])
  const [first, last] = [
    shown.filter(([key]) => !LAST.has(key ?? '')),
    shown.filter(([key]) => LAST.has(key ?? '')),
  ]
  const line = ([key, value]: string[]): string => `${key}=${value}\n`
  return `op=${op}\nseq=${seq}\n${first.map(line).join('')}${last.map(line).join('')}`
}

/** A web phone without a face: says commands, and waits for what it is told. */
export const createWebClient = ({ dialect, send, onHeard }: WebClientPorts) => {
  const heard: Heard[] = []
  const waiting = new Set<() => void>()
  let seq = 0
  let taken = 0

  const find = (op: number, match: Record<string, unknown>): Heard | undefined => {
    for (let at = taken; at < heard.length; at++) {
      const one = heard[at] as Heard
      if (one.op !== op || Object.entries(match).some(([key, value]) => `${one[key]}` !== `${value}`))
        continue
      taken = at + 1
      return one
    }
    return undefined
  }

  return {
    heard,
    onText(text: string): void {
      const one = dialect === 'json' ? readJson(text) : readLines(text)
      heard.push(one)
      onHeard?.(one)
      for (const look of [...waiting]) look()
    },
    say(op: number, fields: Record<string, unknown> = {}): number {
      const number = ++seq
      send(
        dialect === 'json' ? JSON.stringify({ op, seq: number, ...fields }) : printLines(op, number, fields),
      )
      return number
    },
    /** The next message of that kind; what came before it is passed over. */
    next(op: number, match: Record<string, unknown> = {}, withinMs = 30_000): Promise<Heard> {
      const there = find(op, match)
      if (there) return Promise.resolve(there)
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const one = find(op, match)
          if (!one) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(one)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`no ${op} ${JSON.stringify(match)}; came ${JSON.stringify(heard.slice(taken))}`))
        }, withinMs)
        waiting.add(look)
      })
    },
    /** Those that came already, from the last one that was taken. */
    get left(): Heard[] {
      return heard.slice(taken)
    },
  }
}
export type WebClient = ReturnType<typeof createWebClient>
