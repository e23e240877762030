import { mergeInto, put } from './merge.ts'
import { failure, isEnd, isSymbol, type Reader, recover, say, showToken } from './reader.ts'
import type { ObjectValue, Place, Value } from './value.ts'

/**
 * The properties of an object up to its closing brace, or of a file up to its end, merged in reading order.
 * False when the closing brace never comes.
 */
export const parseMembers = (
  reader: Reader,
  into: ObjectValue,
  close: '}' | 'end',
  parseValue: (reader: Reader) => Value,
): boolean => {
  const closed = () => (close === '}' ? isSymbol(reader, '}') : reader.token.kind === 'end')
  while (!closed()) {
    if (reader.token.kind === 'end') {
      failure(reader, '{ is never closed', into.place)
      return false
    }
    const followed = parseMember(reader, into, parseValue)
    if (isSymbol(reader, ',') && followed) reader.advance()
    else if (!followed) recover(reader)
    else if (!closed() && !isEnd(reader) && !stray(reader)) {
      say(reader, reader.token.place, `, is missing before ${showToken(reader.token)}`, true)
      if (!reader.token.first) recover(reader)
    }
    if (stray(reader) && !closed()) {
      failure(reader, `unexpected ${showToken(reader.token)}`)
      reader.advance()
    }
  }
  if (close === '}') reader.advance()
  return true
}

const stray = ({ token }: Reader): boolean => token.kind === 'symbol' && ')]}'.includes(token.text)

/** False when the text could not be followed. */
const parseMember = (reader: Reader, into: ObjectValue, parseValue: (reader: Reader) => Value): boolean => {
  const { place } = reader.token
  const key = parseKey(reader)
  if (key === undefined) return false
  if (key.text === 'include' && key.bare && reader.token.kind === 'string')
    return parseInclude(reader, into, place)
  if (!isSymbol(reader, ':')) {
    failure(reader, `: is missing between the property ${key.text} and ${showToken(reader.token)}`)
    return false
  }
  reader.advance()
  const value = parseValue(reader)
  put(into, key.text, { place, value })
  return value.kind !== 'broken' || !value.lost
}

const parseKey = (reader: Reader): { text: string; bare: boolean } | undefined => {
  const { token } = reader
  if (token.kind === 'bad') failure(reader, `${showToken(token)}: ${token.message}`)
  else if (token.kind === 'word' || token.kind === 'string' || token.kind === 'number') {
    reader.advance()
    if (token.kind !== 'word') return { text: token.text, bare: false }
    // A variable is replaced wherever it occurs (manual 5.1); only a string can be the name of a property.
    const variable = reader.scope.variables.get(token.text)
    return { text: variable?.kind === 'string' ? variable.value : token.text, bare: true }
  } else failure(reader, `the name of a property is needed, not ${showToken(token)}`)
  return undefined
}

/** `include "file",` (manual 5.1): the file's properties are merged here. */
const parseInclude = (reader: Reader, into: ObjectValue, place: Place): boolean => {
  const name = reader.token.kind === 'string' ? reader.token.text : ''
  reader.advance()
  if (name.includes(':'))
    say(
      reader,
      place,
      `include ${showToken({ kind: 'string', text: name, place, first: false })}: the name of a file has no ':'`,
    )
  else {
    const added = reader.scope.include(name, place)
    if (added) mergeInto(into, added)
  }
  return true
}
