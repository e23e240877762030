import { readFileSync } from 'node:fs'
import { err, ok, type Result } from '#lib/result'
import { createFindings, type Effective } from './check.ts'
import { completeSettings } from './complete.ts'
import { diskFiles, type Files } from './files.ts'
import { parseConfiguration } from './language.ts'
import { inReadingOrder, type Problem } from './problem.ts'
import { readProperties } from './schema-groups.ts'
import { type RootSettings, rootShape } from './schema-root.ts'
import type { Settings } from './settings.ts'

export type Loaded = {
  settings: Settings
  /** What the file asks for and is not built yet, one line each: `file:line: property: …`. */
  notices: string[]
  /** What looks wrong but does not stop the start, in the same form. */
  warnings: string[]
  /** Dotted path of every value → `default`, `TANDEM_DATA` or `file:line:column`. */
  sources: Map<string, string>
  /** The same in reading order with the values as text, secrets as `***`: for `tandem check`. */
  effective: Effective[]
}

/** A file's name, or its text with the name that messages and relative paths use. */
export type ConfigurationFile = string | { name: string; text: string }

export type Environment = { TANDEM_DATA?: string | undefined }

/** Reads, checks and completes a configuration; on failure gives every problem at once. Never throws for bad input. */
export const loadConfiguration = (
  file: ConfigurationFile,
  env: Environment = {},
  files: Files = diskFiles,
): Result<Loaded, Problem[]> => {
  const name = typeof file === 'string' ? file : file.name
  const text = typeof file === 'string' ? files.read(file) : ok(file.text)
  if (!text.ok) return err([{ file: name, line: 0, column: 0, property: '', message: text.error }])
  const parsed = parseConfiguration(name, text.value, files)
  // What could not be followed may hold anything: checking the rest would report properties that are there.
  if (parsed.lost) return err(parsed.problems)
  const found = createFindings(files)
  const root = readProperties(rootShape, parsed.root, { path: '', secret: false, check: found }, 'warn')
  const complete = parsed.problems.length === 0 && found.problems.length === 0
  const settings = completeSettings(root as RootSettings, {
    env,
    version: version(),
    check: found,
    root: parsed.root,
  })
  const problems = inReadingOrder([...parsed.problems, ...found.problems])
  // A misspelt name is often why another one is missing.
  if (!complete || problems.length > 0) return err(inReadingOrder([...problems, ...found.unknown()]))
  const sources = new Map(found.effective.map(({ path, source }) => [path, source]))
  return ok({
    settings,
    notices: found.notices(),
    warnings: found.warnings(),
    sources,
    effective: found.effective,
  })
}

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const parsed: unknown = JSON.parse(text)
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '0'
}
