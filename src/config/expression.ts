import type { Token } from './lexer.ts'
import { parseMembers } from './members.ts'
import { applyBinary, applyUnary, type Outcome, PRECEDENCE, textOf, truthOf } from './operators.ts'
import { failure, isEnd, isSymbol, type Reader, readerOf, recover, say, showToken } from './reader.ts'
import { arrayOf, broken, emptyObject, heightOf, type Place, type Value, weightOf } from './value.ts'

/** How deep brackets, backquotes and the values of variables may nest. */
export const MAX_DEPTH = 64

/** One expression of the language, evaluated as it is read. Total; problems go to the reader's scope. */
export const parseExpression = (reader: Reader): Value => parseBinary(reader, 1)

/** An expression that must be the whole of the tokens: a directive's, or one between `${` and `}`. */
export const evaluateTokens = (tokens: Token[], from: Pick<Reader, 'scope' | 'depth' | 'dead'>): Value => {
  const reader = readerOf(from, tokens)
  const value = parseExpression(reader)
  if (reader.token.kind === 'end' || (value.kind === 'broken' && value.lost)) return value
  return failure(reader, `unexpected ${showToken(reader.token)} after the expression`)
}

const settle = (reader: Reader, place: Place, outcome: Outcome): Value => {
  if (outcome.kind !== 'wrong') return outcome
  say(reader, place, outcome.message)
  return broken(place)
}

const parseBinary = (reader: Reader, weakest: number): Value => {
  let left = parseUnary(reader)
  for (;;) {
    const { token } = reader
    const strength = token.kind === 'symbol' ? (PRECEDENCE[token.text] ?? 0) : 0
    if (token.kind !== 'symbol' || strength < weakest) return left
    if (left.kind === 'broken' && left.lost) return left
    reader.advance()
    const truth = token.text === '&&' || token.text === '||' ? truthOf(left) : undefined
    const decided = truth !== undefined && truth === (token.text === '||')
    if (decided) reader.dead++
    const right = parseBinary(reader, strength + 1)
    if (decided) reader.dead--
    if (right.kind === 'broken' && right.lost) return right
    left = decided
      ? { kind: 'boolean', place: left.place, value: truth }
      : settle(reader, token.place, applyBinary(token.text, left.place, left, right))
  }
}

const parseUnary = (reader: Reader): Value => {
  const operators: { text: string; place: Place }[] = []
  while (reader.token.kind === 'symbol' && ['-', '+', '!'].includes(reader.token.text)) {
    operators.push({ text: reader.token.text, place: reader.token.place })
    reader.advance()
  }
  let value = parsePrimary(reader)
  for (const { text, place } of operators.reverse()) {
    if (value.kind === 'broken' && value.lost) return value
    value = settle(reader, place, applyUnary(text, place, value))
  }
  return value
}

const parsePrimary = (reader: Reader): Value => {
  const { token } = reader
  const { place } = token
  if (token.kind === 'bad') return failure(reader, `${showToken(token)}: ${token.message}`)
  if (token.kind === 'end') return failure(reader, 'a value is missing at the end')
  if (token.kind === 'word') return parseWord(reader, token.text)
  if (token.kind === 'symbol' && !'([{'.includes(token.text)) {
    return failure(reader, `a value is needed, not ${showToken(token)}`)
  }
  if (reader.depth >= MAX_DEPTH) return failure(reader, `brackets nest deeper than ${MAX_DEPTH}`)
  reader.advance()
  if (token.kind === 'number') return { kind: 'number', place, value: token.value }
  if (token.kind === 'string') return { kind: 'string', place, value: token.text }
  reader.depth++
  const value =
    token.kind === 'template'
      ? parseTemplate(reader, place, token.parts)
      : parseBracket(reader, token.text, place)
  reader.depth--
  return value
}

const parseBracket = (reader: Reader, bracket: string, place: Place): Value => {
  if (bracket === '[') return parseArray(reader, place)
  if (bracket === '{') {
    const object = emptyObject(place)
    return parseMembers(reader, object, '}', parseExpression) ? bounded(reader, object) : broken(place, true)
  }
  const value = parseExpression(reader)
  if (value.kind === 'broken' && value.lost) return value
  if (!isSymbol(reader, ')')) return failure(reader, `) is missing before ${showToken(reader.token)}`)
  reader.advance()
  return value
}

const bounded = (reader: Reader, value: Value): Value => {
  if (heightOf(value) <= MAX_DEPTH) return value
  say(reader, value.place, `values nest deeper than ${MAX_DEPTH}`)
  return broken(value.place)
}

const parseArray = (reader: Reader, place: Place): Value => {
  const items: Value[] = []
  while (!isSymbol(reader, ']')) {
    if (reader.token.kind === 'end') return failure(reader, `[ is never closed`, place)
    const item = parseExpression(reader)
    items.push(item)
    if (isSymbol(reader, ',')) reader.advance()
    else if (item.kind === 'broken' && item.lost) recover(reader)
    else if (!isSymbol(reader, ']')) {
      if (isEnd(reader)) continue
      say(reader, reader.token.place, `, is missing before ${showToken(reader.token)}`, true)
      recover(reader)
    }
    if (isSymbol(reader, '}') || isSymbol(reader, ')')) {
      return failure(reader, `] is missing before ${showToken(reader.token)}`)
    }
  }
  reader.advance()
  return bounded(reader, arrayOf(place, items))
}

const parseTemplate = (reader: Reader, place: Place, parts: (string | Token[])[]): Value => {
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const value = evaluateTokens(part, reader)
    if (value.kind === 'broken') return broken(place)
    const piece = textOf(value)
    if (piece === undefined)
      say(reader, value.place, 'only a string, a number or a boolean fits into a string')
    text += piece ?? ''
  }
  return settle(
    reader,
    place,
    applyBinary('+', place, { kind: 'string', place, value: '' }, { kind: 'string', place, value: text }),
  )
}

/** true, false, null, I, defined(), or a variable of the preprocessor. */
const parseWord = (reader: Reader, word: string): Value => {
  const { place } = reader.token
  reader.advance()
  if (word === 'true' || word === 'false') return { kind: 'boolean', place, value: word === 'true' }
  if (word === 'null') return { kind: 'null', place }
  if (word === 'I') return { kind: 'complex', place, re: 0, im: 1 }
  if (word === 'defined') return parseDefined(reader, place)
  if (word === 'include' && reader.token.kind === 'string') {
    return failure(
      reader,
      'include gives properties: it stands in an object, not in an array or a value',
      place,
    )
  }
  const value = reader.scope.variables.get(word)
  if (!value) {
    say(reader, place, `${word}: no such variable (text stands in double quotes)`)
    return broken(place)
  }
  if (reader.scope.charge(weightOf(value))) return value
  say(reader, place, `${word}: the variables unfold to too many values`)
  return broken(place)
}

const parseDefined = (reader: Reader, place: Place): Value => {
  const parenthesis = isSymbol(reader, '(')
  if (parenthesis) reader.advance()
  if (reader.token.kind !== 'word') return failure(reader, 'defined() needs the name of a variable')
  const value = reader.scope.variables.has(reader.token.text)
  reader.advance()
  if (parenthesis && !isSymbol(reader, ')')) return failure(reader, ') is missing after defined(')
  if (parenthesis) reader.advance()
  return { kind: 'boolean', place, value }
}
