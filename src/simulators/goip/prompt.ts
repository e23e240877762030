import type { Prompt } from '../mobile/prompt.ts'
import type { GoipDevice, GoipLine } from './contract.ts'

/** What can be typed while simulated GoIPs run. */
export const createGoipPrompt = (devices: readonly GoipDevice[], quit: () => void): Prompt => {
  const lineCalled = (name: string | undefined): GoipLine | undefined =>
    devices.map((device) => device.line(name ?? '')).find((line) => line !== undefined)
  /** The first word may name a line; else it is the first one. */
  const at = (words: string[], run: (line: GoipLine, rest: string[]) => void): string | undefined => {
    const named = lineCalled(words[0])
    const line = named ?? devices[0]?.lines[0]
    if (!line) return 'no such line'
    run(line, named ? words.slice(1) : words)
    return undefined
  }
  const devicesOf = ([name]: string[]): readonly GoipDevice[] =>
    name === undefined ? devices : devices.filter((device) => device.line(name))
  const receive = (words: string[]) =>
    at(words, (line, [from = '+15550100900', ...text]) => line.receive(from, text.join(' ') || 'hello'))
  const call = (words: string[]) =>
    at(words, (line, [way, number = '+15550100900', seconds = '5']) =>
      line.call(way === 'out' ? 'out' : 'in', number, Number(seconds) || 5),
    )
  const tell = (words: string[]) =>
    at(words, (line, [name = 'USSN', ...rest]) => line.tell(name, rest.join(' ')))
  const show = () =>
    devices
      .flatMap(({ lines }) => lines)
      .slice(0, 50)
      .map(({ id, number, registered, waiting }) => {
        const state = registered ? 'registered' : 'not registered'
        return `  ${id.padEnd(16)} ${number.padEnd(16)} ${state}${waiting > 0 ? `, ${waiting} waiting` : ''}`
      })
      .join('\n')
  return {
    lines: { about: 'lines', run: show },
    receive: { about: 'receive [LINE] FROM TEXT    a text arrives', run: receive },
    call: { about: 'call [LINE] in|out NUMBER SECONDS', run: call },
    tell: { about: 'tell [LINE] NAME key:value;…    for example: tell USSN msg:hello', run: tell },
    leave: {
      about: 'leave [LINE]    out of the mobile network',
      run: (words) => at(words, (line) => line.setRegistered(false)),
    },
    return: {
      about: 'return [LINE]    back into it',
      run: (words) => at(words, (line) => line.setRegistered(true)),
    },
    unplug: {
      about: 'unplug [LINE]    pull the plug of its device, or of all',
      run: (words) => {
        for (const device of devicesOf(words)) device.unplug()
        return 'no power'
      },
    },
    plug: {
      about: 'plug [LINE]',
      run: (words) => {
        for (const device of devicesOf(words)) void device.plug()
      },
    },
    quit: { about: 'quit', run: () => quit() },
  }
}
