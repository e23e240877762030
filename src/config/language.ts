import { dirname, isAbsolute, join, resolve } from 'node:path'
import { evaluateTokens, parseExpression } from './expression.ts'
import { diskFiles, type Files, MAX_FILE_BYTES } from './files.ts'
import { createLexer, type Lexer, type Token } from './lexer.ts'
import { parseMembers } from './members.ts'
import { createPreprocessor } from './preprocessor.ts'
import type { Problem } from './problem.ts'
import { createReader, failure, isSymbol, type Scope, showToken } from './reader.ts'
import { emptyObject, type ObjectValue, type Place, quoted } from './value.ts'

export const MAX_INCLUDE_DEPTH = 16
export const MAX_INCLUDES = 1000
export const MAX_PROBLEMS = 50
const MAX_EXPANSION = 1_000_000

export type Parsed = {
  root: ObjectValue
  problems: Problem[]
  /** Some text could not be followed, so properties may be missing from `root` that were written. */
  lost: boolean
}

/**
 * Reads a configuration in the language of manual 5.1. Total: any text gives a value and the problems found in it.
 * Time and memory are linear in the text, that of includes counted at each of their uses; both are bounded.
 */
export const parseConfiguration = (name: string, text: string, files: Files = diskFiles): Parsed => {
  const problems: Problem[] = []
  let lost = false
  let expanded = 0
  const session = createIncludes(files, (place, message) => scope.report(place, message, true))
  const scope: Scope = {
    variables: new Map(),
    report: (place, message, loses) => {
      lost ||= loses
      if (problems.length < MAX_PROBLEMS) problems.push({ ...place, property: '', message })
    },
    charge: (weight) => {
      expanded += weight
      return expanded <= MAX_EXPANSION
    },
    include: (file, place) => {
      const opened = session.open(file, place)
      if (!opened) return undefined
      const value = parseFile(opened.lexer)
      opened.close()
      return value
    },
  }
  const parseFile = (lexer: Lexer): ObjectValue => {
    const next = createPreprocessor(lexer, {
      variables: scope.variables,
      report: (place, message) => scope.report(place, message, true),
      evaluate: (tokens) => evaluateTokens(tokens, { scope, depth: 0, dead: 0 }),
      open: session.open,
    })
    return parseProperties(scope, () => (problems.length < MAX_PROBLEMS ? next() : END))
  }
  const root = parseFile(session.main(name, text).lexer)
  return { root, problems, lost }
}

const END: Token = { kind: 'end', place: { file: '', line: 1, column: 1 }, first: false }

/** A whole file: properties, in braces or not (manual 5.1). */
const parseProperties = (scope: Scope, next: () => Token): ObjectValue => {
  const reader = createReader(scope, next)
  const root = emptyObject(reader.token.place)
  if (isSymbol(reader, '[')) {
    failure(reader, 'an array cannot be included: a file holds properties')
    return root
  }
  const braces = isSymbol(reader, '{')
  if (braces) reader.advance()
  parseMembers(reader, root, braces ? '}' : 'end', parseExpression)
  if (braces && isSymbol(reader, ',')) reader.advance()
  if (reader.token.kind !== 'end')
    failure(reader, `unexpected ${showToken(reader.token)} after the closing brace`)
  return root
}

/** Opens files by names relative to the file that names them; refuses circles and too much. */
const createIncludes = (files: Files, report: (place: Place, message: string) => void) => {
  const open: string[] = []
  const texts = new Map<string, string>()
  let count = 0
  let size = 0
  const enter = (name: string, text: string): { lexer: Lexer; close(): void } => {
    open.push(resolve(name))
    return { lexer: createLexer(name, text), close: () => open.pop() }
  }
  const read = (path: string): string | { why: string } => {
    const known = texts.get(resolve(path))
    const result = known === undefined ? files.read(path) : undefined
    if (result && !result.ok) return { why: result.error }
    const text = known ?? (result?.ok ? result.value : '')
    texts.set(resolve(path), text)
    size += text.length
    return size > MAX_FILE_BYTES ? { why: 'the files together are too large' } : text
  }
  return {
    main: enter,
    open: (name: string, place: Place): { lexer: Lexer; close(): void } | undefined => {
      const path = isAbsolute(name) ? name : join(dirname(place.file), name)
      const refuse = (why: string): undefined => report(place, `include ${quoted(name)}: ${why}`) as undefined
      if (name === '' || name.includes('\0')) return refuse('this is no name of a file')
      if (open.includes(resolve(path)))
        return refuse(
          `the file includes itself (${[...open.slice(open.indexOf(resolve(path))), path].join(' → ')})`,
        )
      if (open.length >= MAX_INCLUDE_DEPTH) return refuse(`includes nest deeper than ${MAX_INCLUDE_DEPTH}`)
      if (++count > MAX_INCLUDES) return refuse(`more than ${MAX_INCLUDES} includes`)
      const text = read(path)
      return typeof text === 'string' ? enter(path, text) : refuse(`${text.why} (${path})`)
    },
  }
}
