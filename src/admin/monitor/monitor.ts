import { err, ok, type Result } from '#lib/result'
import type { MonitorPorts } from '../ports.ts'
import type { Command } from './command.ts'
import { createCommands } from './commands.ts'
import { completionsOf, namesOf } from './completion.ts'

/** The command line of the manual's section 7: what a terminal, attached or the server's own, talks to. */
export type Monitor = {
  /** One line in, the text to show out; the error is what to show when the line makes no sense. Never rejects. */
  run(line: string): Promise<Result<string, string>>
  /** What the last word of the line may become. Never rejects. */
  complete(line: string): Promise<string[]>
  /** Names of the commands. */
  commands: string[]
}

const LONGEST_LINE = 4096

export const createMonitor = (ports: MonitorPorts, more: Command[] = []): Monitor => {
  const commands: Command[] = [...createCommands(ports), ...more].sort((a, b) => (a.name < b.name ? -1 : 1))
  const help: Command = {
    name: 'help',
    usage: '[command]',
    summary: 'Shows the commands, or explains one.',
    detail: 'Lines that begin with a space, and those that name a secret, are left out of the history.',
    complete: (words) => (words.length === 0 ? namesOf(all) : []),
    run: (name) => helpOf(all, name),
  }
  const all = [help, ...commands]
  const run = async (line: string): Promise<Result<string, string>> => {
    if (line.length > LONGEST_LINE) return err(`a line of more than ${LONGEST_LINE} characters is no command`)
    const [, name = '', rest = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? []
    if (name === '') return ok('')
    const command = all.find((one) => one.name === name)
    if (!command) return err(`"${name}" is not a command: "help" lists them`)
    try {
      return await command.run(rest)
    } catch (error) {
      return err(`${name}: ${(error as Error).message}`)
    }
  }
  const complete = async (line: string): Promise<string[]> => {
    try {
      return completionsOf(all, line.slice(0, LONGEST_LINE))
    } catch {
      return []
    }
  }
  return { run, complete, commands: namesOf(all) }
}

/** A terminal has 80 columns: what a long command does stands in a line below it. */
const WIDEST_USAGE = 26
const helpLine = ({ name, usage, summary }: Command): string => {
  const words = `${name} ${usage}`.trim()
  const gap =
    words.length > WIDEST_USAGE ? `\n${' '.repeat(WIDEST_USAGE)}` : ' '.repeat(WIDEST_USAGE - words.length)
  return `${words}${gap}  ${summary}`
}

const helpOf = (commands: Command[], name: string): Result<string, string> => {
  if (name === '') return ok(['COMMAND', ...commands.map(helpLine)].join('\n'))
  const command = commands.find((one) => one.name === name)
  if (!command) return err(`"${name}" is not a command`)
  return ok(
    [`${command.name} ${command.usage}`.trim(), command.summary, command.detail].filter(Boolean).join('\n'),
  )
}
