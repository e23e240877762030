import type { Token } from './lexer.ts'
import { type Broken, broken, type ObjectValue, type Place, quoted, type Value } from './value.ts'

/** What all files of one configuration share. */
export type Scope = {
  variables: Map<string, Value>
  /** `lost`: text was passed over unread, so that what is missing later may just be unread. */
  report(place: Place, message: string, lost: boolean): void
  /** Counts the values that variables bring in; false when there are too many. */
  charge(weight: number): boolean
  /** The properties of another file; the problem is reported when there are none. */
  include(name: string, place: Place): ObjectValue | undefined
}

/** A reading point in a row of tokens. */
export type Reader = {
  readonly scope: Scope
  token: Token
  advance(): void
  depth: number
  /** Above zero: inside the half of && or || that does not count, whose wrong operands are nobody's problem. */
  dead: number
}

export const createReader = (scope: Scope, next: () => Token, depth = 0): Reader => {
  const reader: Reader = {
    scope,
    token: next(),
    advance: () => {
      reader.token = next()
    },
    depth,
    dead: 0,
  }
  return reader
}

/** Reads a closed row of tokens, whose last is an end, in the circumstances of another reader. */
export const readerOf = (from: Pick<Reader, 'scope' | 'depth' | 'dead'>, tokens: Token[]): Reader => {
  let at = 0
  const next = () => tokens[Math.min(at++, tokens.length - 1)] as Token
  return Object.assign(createReader(from.scope, next, from.depth), { dead: from.dead })
}

export const isSymbol = ({ token }: Reader, text: string): boolean =>
  token.kind === 'symbol' && token.text === text

export const isEnd = ({ token }: Reader): boolean => token.kind === 'end'

/** A problem of meaning stays quiet in dead text, one of grammar (`lost`) never does. */
export const say = (reader: Reader, place: Place, message: string, lost = false): void => {
  if (lost || reader.dead === 0) reader.scope.report(place, message, lost)
}

/** Reports that the text cannot be followed any further. */
export const failure = (reader: Reader, message: string, place = reader.token.place): Broken => {
  say(reader, place, message, true)
  return broken(place, true)
}

/** Passes over what cannot be followed, up to the comma (included) or closing bracket where reading can go on. */
export const recover = (reader: Reader): void => {
  for (let open = 0; reader.token.kind !== 'end'; reader.advance()) {
    if (reader.token.kind !== 'symbol') continue
    const { text } = reader.token
    if (open === 0 && text === ',') {
      reader.advance()
      return
    }
    if ('{[('.includes(text)) open++
    else if ('}])'.includes(text) && open-- === 0) return
  }
}

export const showToken = (token: Token): string => {
  switch (token.kind) {
    case 'end':
      return 'the end'
    case 'template':
      return 'a backquote string'
    case 'symbol':
      return token.text
    default:
      return quoted(token.text)
  }
}
