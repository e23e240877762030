import type { Result } from '#lib/result'
import type { Problem } from './problem.ts'
import type { Settings } from './settings.ts'

export type Loaded = {
  settings: Settings
  /** What the file asks for and is not built yet, one line each: `file:line: property: …`. */
  notices: string[]
  /** What looks wrong but does not stop the start. */
  warnings: string[]
  /** Dotted path of every value → `default`, `TANDEM_DATA` or `file:line:column`. */
  sources: Map<string, string>
}

/** A file's name, or its text with the name that messages and relative paths use. */
export type ConfigurationFile = string | { name: string; text: string }

/** Reads, checks and completes a configuration; on failure every problem at once. */
export type LoadConfiguration = (
  file: ConfigurationFile,
  env?: { TANDEM_DATA?: string },
) => Result<Loaded, Problem[]>
