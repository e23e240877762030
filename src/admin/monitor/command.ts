import type { Result } from '#lib/result'

/** One command of the monitor; a new one is an entry here. `run` gets what stands behind the name. */
export type Command = {
  name: string
  /** What may stand behind the name, as help shows it. */
  usage: string
  summary: string
  detail: string
  /** What may stand next behind these words; for the tab key. May be long, and is not read to its end. */
  complete?(words: readonly string[]): Iterable<string>
  run(rest: string): Result<string, string> | Promise<Result<string, string>>
}
