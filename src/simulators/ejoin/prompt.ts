import { callIn, type Prompt, SOMEBODY, shown } from '../mobile/prompt.ts'
import type { EjoinDevice } from './contract.ts'
import { REGISTERED } from './port.ts'

/** Those of the manual's table, section 4.1, and the two of newer firmware. */
const STATES: ReadonlySet<string> = new Set('0 1 2 3 4 5 6 7 8 9 11 12 13 14 15 16'.split(' '))

/** What can be typed while a simulated Ejoin runs. */
export const createEjoinPrompt = (device: Omit<EjoinDevice, 'handle'>, quit: () => void): Prompt => {
  /** The first word is a port, counted from 1; `false`: there is none. */
  const at = ([name, ...rest]: string[], run: (port: number, rest: string[]) => unknown): unknown => {
    const count = device.ports.length
    const port = Number(name)
    if (name === undefined) return false
    if (/^\d{1,4}$/.test(name) && port >= 1 && port <= count) return run(port, rest)
    return `${shown(name)}: no such port; the first word is one of 1 to ${count}`
  }
  const show = (): string =>
    device.ports
      .slice(0, 50)
      .map(
        ({ name, number, st, waiting }) =>
          `  ${name.padEnd(8)} ${number.padEnd(16)} state ${st}, ${waiting} waiting`,
      )
      .join('\n')
  const receive = (port: number, [from = SOMEBODY, ...text]: string[]): string | undefined => {
    const isThere = device.ports[port - 1]?.st === REGISTERED
    device.receive(port, from, text.join(' ') || 'hello')
    return isThere ? undefined : `port ${port} is not registered: no text arrives`
  }
  const call = (port: number, rest: string[]): unknown => {
    const wish = callIn(rest)
    return wish !== undefined && device.call(port, wish.way, wish.number, wish.seconds)
  }
  const setState = (port: number, [st = '']: string[]): unknown =>
    st !== '' &&
    (STATES.has(st) ? device.setState(port, Number(st)) : `${shown(st)}: no state of an Ejoin's port`)
  return {
    ports: { about: 'ports', run: show },
    receive: {
      about: 'receive PORT FROM TEXT    a text arrives',
      run: (words) => at(words, receive),
    },
    call: { about: 'call PORT in|out NUMBER SECONDS', run: (words) => at(words, call) },
    state: {
      about: 'state PORT ST    for example 8, locked by the operator; 3, registered',
      run: (words) => at(words, setState),
    },
    unplug: { about: 'unplug    pull the plug', run: () => void device.unplug() },
    plug: { about: 'plug', run: () => void device.plug() },
    quit: { about: 'quit', run: () => void quit() },
  }
}
