import { callIn, type Prompt, SOMEBODY, shown } from '../mobile/prompt.ts'
import type { GoipDevice, GoipLine } from './contract.ts'

/** `receive 2 +1555 hi`: what stands before a number is meant as a line, unless a text begins with that number. */
const isLineThere = ([first = '', second = '']: string[]): boolean =>
  /^\d{1,3}$/.test(first) ? /^\+?\d{4,}$/.test(second) : !/^\+?\d/.test(first) && /^\+\d{4,}$/.test(second)

/** What can be typed while simulated GoIPs run. */
export const createGoipPrompt = (
  devices: readonly Pick<GoipDevice, 'lines' | 'line' | 'plug' | 'unplug'>[],
  quit: () => void,
): Prompt => {
  const lineCalled = (name: string | undefined): GoipLine | undefined =>
    devices.map((device) => device.line(name ?? '')).find((line) => line !== undefined)
  const noLine = (name: string): string => `${shown(name)}: no such line; "lines" lists them`
  /** The first word may name a line; else it is the first one. */
  const at = (words: string[], run: (line: GoipLine, rest: string[]) => unknown): unknown => {
    const named = lineCalled(words[0])
    const line = named ?? devices[0]?.lines[0]
    return line ? run(line, named ? words.slice(1) : words) : 'there is no line'
  }
  /** Nothing but a line, or nothing at all. */
  const alone = (run: (line: GoipLine) => void) => (words: string[]) =>
    at(words, (line, [more]) => (more === undefined ? run(line) : noLine(more)))
  const powering =
    (run: (device: Pick<GoipDevice, 'plug' | 'unplug'>) => unknown) =>
    ([name]: string[]): string | undefined => {
      const meant = name === undefined ? devices : devices.filter((device) => device.line(name))
      for (const device of meant) run(device)
      return name !== undefined && meant.length === 0 ? noLine(name) : undefined
    }
  const receive = (words: string[]) =>
    at(words, (line, rest) => {
      const [from = SOMEBODY, ...text] = rest
      if (rest === words && isLineThere(rest)) return noLine(from)
      return line.receive(from, text.join(' ') || 'hello')
    })
  const call = (words: string[]) =>
    at(words, (line, rest) => {
      const wish = callIn(rest)
      if (wish) return line.call(wish.way, wish.number, wish.seconds)
      return rest === words && callIn(rest.slice(1)) ? noLine(rest[0] ?? '') : false
    })
  const tell = (words: string[]) =>
    at(
      words,
      (line, [name = 'USSN', ...rest]) => /^[A-Z_]{1,40}$/.test(name) && line.tell(name, rest.join(' ')),
    )
  const show = () =>
    devices
      .flatMap(({ lines }) => lines)
      .slice(0, 50)
      .map(({ id, number, registered, waiting }) => {
        const state = registered ? 'registered' : 'not registered'
        return `  ${id.padEnd(16)} ${number.padEnd(16)} ${state}${waiting > 0 ? `, ${waiting} waiting` : ''}`
      })
      .join('\n')
  const unplug = powering((device) => device.unplug())
  return {
    lines: { about: 'lines', run: show },
    receive: { about: 'receive [LINE] FROM TEXT    a text arrives', run: receive },
    call: { about: 'call [LINE] in|out NUMBER SECONDS', run: call },
    tell: { about: 'tell [LINE] NAME key:value;…    for example: tell USSN msg:hello', run: tell },
    leave: {
      about: 'leave [LINE]    out of the mobile network',
      run: alone((line) => line.setRegistered(false)),
    },
    return: {
      about: 'return [LINE]    back into it',
      run: alone((line) => line.setRegistered(true)),
    },
    unplug: {
      about: 'unplug [LINE]    pull the plug of its device, or of all',
      run: (words) => unplug(words) ?? 'no power',
    },
    plug: { about: 'plug [LINE]', run: powering((device) => device.plug()) },
    quit: { about: 'quit', run: () => quit() },
  }
}
