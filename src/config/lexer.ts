import { openText, type Text } from './lexer-text.ts'
import type { Place } from './value.ts'

/** A piece of text with its meaning. `first`: nothing but blanks stands before it on its line. */
export type Token = { place: Place; first: boolean } & (
  | { kind: 'word' | 'string' | 'symbol'; text: string }
  | { kind: 'number'; text: string; value: number }
  | { kind: 'template'; parts: (string | Token[])[] }
  /** Unreadable text; the message says why. */
  | { kind: 'bad'; text: string; message: string }
  /** End of the file, or of the line when asked for. */
  | { kind: 'end' }
)

export type Lexer = {
  /** With `onLine`, the end of the line is an `end` that is not passed over. */
  next(onLine?: boolean): Token
  /** Passes over text without reading it, up to the next `#` that begins a line; false at the end of the file. */
  skipToHash(): boolean
}

const MAX_TEMPLATES = 20
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const DOUBLE = new Set(['||', '&&', '==', '!=', '<=', '>='])
const SYMBOLS = '{}[]():,+-*/!<>#'

const isDigit = (c: number): boolean => c >= 48 && c <= 57
export const isWordStart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 36
const isWordPart = (c: number): boolean => isWordStart(c) || isDigit(c)

/** Text → tokens. Total: what cannot be read becomes a `bad` token. Linear in the length of the text. */
export const createLexer = (file: string, content: string): Lexer => {
  const text = openText(file, content)
  return {
    next: (onLine = false) => readToken(text, onLine, 0),
    skipToHash: () => text.skipToHash(),
  }
}

const readToken = (text: Text, onLine: boolean, depth: number): Token => {
  const closed = text.skipBlanks(onLine)
  const place = text.place()
  const first = text.first()
  if (!closed) return { kind: 'bad', place, first, ...text.takeRest('the comment /* is never closed') }
  if (text.ended() || (onLine && text.char() === '\n')) return { kind: 'end', place, first }
  const c = text.code()
  if (isDigit(c) || (c === 46 && isDigit(text.code(1)))) return readNumber(text, place, first)
  if (isWordStart(c)) return { kind: 'word', place, first, text: text.takeWhile(isWordPart) }
  if (c === 34) return readString(text, place, first)
  if (c === 96) return readTemplate(text, place, first, depth)
  const pair = text.char() + text.char(1)
  if (DOUBLE.has(pair)) return { kind: 'symbol', place, first, text: text.take(2) }
  if (SYMBOLS.includes(text.char())) return { kind: 'symbol', place, first, text: text.take(1) }
  const odd = text.take(c >= 0xd800 && c < 0xdc00 ? 2 : 1)
  const message =
    odd === "'" ? 'strings stand in double quotes or backquotes, not in single quotes' : 'is not understood'
  return { kind: 'bad', place, first, text: odd, message }
}

const HEXADECIMAL = /0[xX][0-9a-fA-F]+/y
const DECIMAL = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y

/** `13.4`, `1e3`, `0x9001`; digits with letters behind them (`100rel`) are a word: the name of a property. */
const readNumber = (text: Text, place: Place, first: boolean): Token => {
  const hexadecimal = text.takeMatch(HEXADECIMAL)
  const digits = hexadecimal ?? text.takeMatch(DECIMAL) ?? ''
  const rest = text.takeWhile(isWordPart)
  if (rest !== '') return { kind: 'word', place, first, text: digits + rest }
  return { kind: 'number', place, first, text: digits, value: Number(digits) }
}

/** One escape of JSON after its backslash; undefined when there is no such escape. */
const readEscape = (text: Text, also: string): string | undefined => {
  const c = text.take(1)
  if (c === 'u') {
    const hex = text.takeMatch(/[0-9a-fA-F]{4}/y)
    return hex === undefined ? undefined : String.fromCharCode(Number.parseInt(hex, 16))
  }
  return ESCAPES[c] ?? (c !== '' && also.includes(c) ? c : undefined)
}

const readString = (text: Text, place: Place, first: boolean): Token => {
  text.take(1)
  let value = ''
  let wrong: string | undefined
  for (;;) {
    value += text.takeMatch(/[^"\\\n\r]+/y) ?? ''
    const c = text.char()
    if (c === '"') break
    if (c !== '\\')
      return { kind: 'bad', place, first, text: value, message: 'the string is not closed on its line' }
    text.take(1)
    const shown = text.char()
    const piece = readEscape(text, '"\\/')
    if (piece === undefined) wrong ??= `\\${shown}`
    value += piece ?? ''
  }
  text.take(1)
  if (wrong === undefined) return { kind: 'string', place, first, text: value }
  return {
    kind: 'bad',
    place,
    first,
    text: wrong,
    message: 'is not an escape of JSON (\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000)',
  }
}

/** Backquote strings may span lines; `${` … `}` holds an expression, whose tokens are kept for its evaluation. */
const readTemplate = (text: Text, place: Place, first: boolean, depth: number): Token => {
  text.take(1)
  const parts: (string | Token[])[] = []
  let piece = ''
  const bad = (message: string): Token => {
    const shown = typeof parts[0] === 'string' ? parts[0] : piece
    return { kind: 'bad', place, first, ...text.takeRest(message), text: `\`${shown}` }
  }
  for (;;) {
    piece += text.takeMatch(/[^`\\$]+/y) ?? ''
    const c = text.take(1)
    if (c === '`') break
    if (c === '') return bad('the backquote string is never closed')
    if (c === '\\') piece += readEscape(text, '"\\/`$') ?? ''
    else if (text.char() !== '{') piece += c
    else {
      text.take(1)
      if (depth >= MAX_TEMPLATES) return bad(`more than ${MAX_TEMPLATES} backquote strings inside each other`)
      const tokens = readInsertion(text, depth + 1)
      if (!tokens) return bad('an expression in a backquote string is never closed with }')
      parts.push(piece, tokens)
      piece = ''
    }
  }
  parts.push(piece)
  return { kind: 'template', place, first, parts }
}

/** The tokens up to the closing brace, and an end in its place; undefined when the text ends before. */
const readInsertion = (text: Text, depth: number): Token[] | undefined => {
  const tokens: Token[] = []
  for (let open = 0; ; ) {
    const token = readToken(text, false, depth)
    if (token.kind === 'end') return undefined
    if (token.kind === 'symbol' && token.text === '{') open++
    if (token.kind === 'symbol' && token.text === '}' && open-- === 0) {
      tokens.push({ kind: 'end', place: token.place, first: false })
      return tokens
    }
    tokens.push(token)
  }
}
