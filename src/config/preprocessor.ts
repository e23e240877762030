import type { Lexer, Token } from './lexer.ts'
import { share } from './merge.ts'
import { truthOf } from './operators.ts'
import { showToken } from './reader.ts'
import { broken, nameOf, type Place, type Value } from './value.ts'

export type PreprocessorPorts = {
  variables: Map<string, Value>
  report(place: Place, message: string): void
  /** The value of a directive's expression, whose tokens end with an end. */
  evaluate(tokens: Token[]): Value
  /** Text to be read in place of an #include, and what to do at its end; undefined: already reported. */
  open(name: string, place: Place): { lexer: Lexer; close(): void } | undefined
}

/** `taken`: a branch of this #if was or is being read. */
type Condition = { place: Place; taken: boolean; elsePlace?: Place }
type Frame = { lexer: Lexer; conditions: Condition[]; close(): void }

const RESERVED = new Set(['true', 'false', 'null', 'I', 'defined', 'include'])

/**
 * Tokens after the directives of manual 5.1 are obeyed. Unlike in C, #define evaluates its expression at once;
 * it may span lines while a bracket is open or a line ends with a backslash.
 */
export const createPreprocessor = (first: Lexer, ports: PreprocessorPorts): (() => Token) => {
  const { variables, report } = ports
  const frames: Frame[] = [{ lexer: first, conditions: [], close: () => {} }]
  const top = (): Frame => frames[frames.length - 1] as Frame

  /** The rest of the directive's line, and more lines while a bracket is open. */
  const restOfLine = (): Token[] => {
    const tokens: Token[] = []
    for (let open = 0; ; ) {
      const token = top().lexer.next(open <= 0)
      tokens.push(token)
      if (token.kind === 'end') return tokens
      if (token.kind === 'symbol')
        open += '{[('.includes(token.text) ? 1 : '}])'.includes(token.text) ? -1 : 0
    }
  }

  const nameOn = (directive: string, tokens: Token[]): string | undefined => {
    const token = tokens[0] as Token
    if (token.kind === 'word' && !RESERVED.has(token.text)) return token.text
    report(token.place, `#${directive} needs the name of a variable, not ${showToken(token)}`)
    return undefined
  }

  const nothingMore = (directive: string, tokens: Token[]): void => {
    const token = tokens[0] as Token
    if (token.kind !== 'end') report(token.place, `unexpected ${showToken(token)} after #${directive}`)
  }

  const define = (): void => {
    const tokens = restOfLine()
    const name = nameOn('define', tokens)
    if (name === undefined) return
    const place = (tokens[0] as Token).place
    const value: Value =
      tokens.length > 2 ? ports.evaluate(tokens.slice(1)) : { kind: 'boolean', place, value: true }
    variables.set(name, value.kind === 'broken' ? broken(place) : share(value))
  }

  const undefine = (): void => {
    const tokens = restOfLine()
    const name = nameOn('undef', tokens)
    if (name === undefined) return
    variables.delete(name)
    nothingMore('undef', tokens.slice(1))
  }

  const include = (): void => {
    const value = ports.evaluate(restOfLine())
    if (value.kind === 'broken') return
    if (value.kind !== 'string') {
      report(value.place, `#include needs the name of a file, not ${nameOf(value)}`)
      return
    }
    const opened = ports.open(value.value, value.place)
    if (opened) frames.push({ ...opened, conditions: [] })
  }

  const holds = (directive: string): boolean => {
    const tokens = restOfLine()
    if (directive === 'ifdef' || directive === 'ifndef') {
      const name = nameOn(directive, tokens)
      if (name === undefined) return false
      nothingMore(directive, tokens.slice(1))
      return variables.has(name) === (directive === 'ifdef')
    }
    const value = ports.evaluate(tokens)
    const truth = value.kind === 'broken' ? false : truthOf(value)
    if (truth === undefined)
      report(value.place, `#${directive} needs true, false or a number, not ${nameOf(value)}`)
    return truth ?? false
  }

  /** Passes over text up to the branch of the innermost #if that counts, or its #endif. */
  const skipBranches = (condition: Condition): void => {
    for (let nested = 0; top().lexer.skipToHash(); ) {
      top().lexer.next(true)
      const token = top().lexer.next(true)
      const directive = token.kind === 'word' ? token.text : ''
      if (directive.startsWith('if')) nested++
      else if (directive === 'endif' && nested-- === 0) {
        endIf()
        return
      } else if (nested === 0 && (directive === 'elif' || directive === 'else')) {
        if (branch(condition, directive, token.place)) return
      }
    }
  }

  /** Whether the text after this #elif or #else is to be read. */
  const branch = (condition: Condition, directive: 'elif' | 'else', place: Place): boolean => {
    if (condition.elsePlace) report(place, `#${directive} after #else of line ${condition.elsePlace.line}`)
    if (directive === 'else') {
      condition.elsePlace = place
      nothingMore('else', restOfLine())
    }
    if (condition.taken || (directive === 'elif' && !holds('elif'))) return false
    condition.taken = true
    return true
  }

  const endIf = (): void => {
    top().conditions.pop()
    nothingMore('endif', restOfLine())
  }

  const open = (directive: string, place: Place): void => {
    const condition: Condition = { place, taken: holds(directive) }
    top().conditions.push(condition)
    if (!condition.taken) skipBranches(condition)
  }

  const obey = (hash: Place): void => {
    const token = top().lexer.next(true)
    const directive = token.kind === 'word' ? token.text : ''
    if (directive === 'define') define()
    else if (directive === 'undef') undefine()
    else if (directive === 'include') include()
    else if (directive === 'if' || directive === 'ifdef' || directive === 'ifndef') open(directive, hash)
    else if (directive === 'elif' || directive === 'else' || directive === 'endif') {
      const condition = top().conditions.at(-1)
      if (!condition) {
        report(hash, `#${directive} without #if`)
        restOfLine()
      } else if (directive === 'endif') endIf()
      else if (!branch(condition, directive, token.place)) skipBranches(condition)
    } else {
      report(hash, `${showToken(token)} after # is no directive (comments begin with //)`)
      restOfLine()
    }
  }

  return () => {
    for (;;) {
      const frame = top()
      const token = frame.lexer.next()
      if (token.kind === 'symbol' && token.text === '#' && token.first) obey(token.place)
      else if (token.kind !== 'end') return token
      else {
        for (const { place } of frame.conditions.splice(0)) report(place, '#if is never closed by #endif')
        if (frames.length === 1) return token
        frames.pop()
        frame.close()
      }
    }
  }
}
