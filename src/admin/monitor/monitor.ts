import { err, ok, type Result } from '#lib/result'
import type { MonitorPorts } from '../ports.ts'
import { tableOf } from '../table.ts'
import { type Command, createCommands } from './commands.ts'

/** The command line of the manual's section 7: what a terminal, attached or the server's own, talks to. */
export type Monitor = {
  /** One line in, the text to show out; the error is what to show when the line makes no sense. Never rejects. */
  run(line: string): Promise<Result<string, string>>
  /** Names, for completion. */
  commands: string[]
}

export const createMonitor = (ports: MonitorPorts, more: Command[] = []): Monitor => {
  const commands: Command[] = [...createCommands(ports), ...more].sort((a, b) => (a.name < b.name ? -1 : 1))
  const help: Command = {
    name: 'help',
    usage: '[command]',
    summary: 'Shows the commands, or explains one.',
    detail: '',
    run: (name) => helpOf([help, ...commands], name),
  }
  const all = [help, ...commands]
  const run = async (line: string): Promise<Result<string, string>> => {
    const [, name = '', rest = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line.slice(0, 4096)) ?? []
    if (name === '') return ok('')
    const command = all.find((one) => one.name === name)
    if (!command) return err(`"${name}" is not a command: "help" lists them`)
    try {
      return await command.run(rest)
    } catch (error) {
      return err(`${name}: ${(error as Error).message}`)
    }
  }
  return { run, commands: all.map(({ name }) => name) }
}

const helpOf = (commands: Command[], name: string): Result<string, string> => {
  if (name === '')
    return ok(
      tableOf(
        ['COMMAND', ''],
        commands.map((one) => [`${one.name} ${one.usage}`.trim(), one.summary]),
      ),
    )
  const command = commands.find((one) => one.name === name)
  if (!command) return err(`"${name}" is not a command`)
  return ok(
    [`${command.name} ${command.usage}`.trim(), command.summary, command.detail].filter(Boolean).join('\n'),
  )
}
