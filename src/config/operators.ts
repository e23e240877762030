import { broken, nameOf, type Place, type Value } from './value.ts'

/** The operators of manual 5.1 on values; a wrong operand gives the reason instead. */
export type Outcome = Value | { kind: 'wrong'; message: string }

/** Higher binds tighter; all are left-associative, as in C. */
export const PRECEDENCE: Record<string, number> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
}

const MAX_STRING = 1 << 20

const wrong = (message: string): Outcome => ({ kind: 'wrong', message })
const boolean = (place: Place, value: boolean): Value => ({ kind: 'boolean', place, value })

/** A complex number without imaginary part is a number, so that the two never differ by history. */
const number = (place: Place, re: number, im: number): Outcome => {
  if (!Number.isFinite(re) || !Number.isFinite(im)) return wrong('the result is not a finite number')
  return im === 0 ? { kind: 'number', place, value: re } : { kind: 'complex', place, re, im }
}

const string = (place: Place, value: string): Outcome =>
  value.length > MAX_STRING
    ? wrong(`the string grows beyond ${MAX_STRING} characters`)
    : { kind: 'string', place, value }

/** Numbers 0 and 1 stand for false and true; other numbers are true as in C. */
export const truthOf = (value: Value): boolean | undefined => {
  if (value.kind === 'boolean') return value.value
  if (value.kind === 'number') return value.value !== 0
  return undefined
}

/** A value inside a string: what `+` and `${}` put there; undefined for what has no text. */
export const textOf = (value: Value): string | undefined => {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'number':
    case 'boolean':
      return String(value.value)
    case 'complex':
      return `${value.re === 0 ? '' : `${value.re}${value.im < 0 ? '' : '+'}`}${value.im}*I`
    default:
      return undefined
  }
}

type Complex = [re: number, im: number]

const complexOf = (value: Value): Complex | undefined => {
  if (value.kind === 'number') return [value.value, 0]
  return value.kind === 'complex' ? [value.re, value.im] : undefined
}

const arithmetic = (operator: string, [a, b]: Complex, [c, d]: Complex): Complex | undefined => {
  if (operator === '+') return [a + c, b + d]
  if (operator === '-') return [a - c, b - d]
  if (b === 0 && d === 0) {
    if (operator === '*') return [a * c, 0]
    return c === 0 ? undefined : [a / c, 0]
  }
  if (operator === '*') return [a * c - b * d, a * d + b * c]
  const size = c * c + d * d
  return size === 0 ? undefined : [(a * c + b * d) / size, (b * c - a * d) / size]
}

const compare = (operator: string, a: number | string, b: number | string): boolean => {
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

/** Equality never fails on scalars: different kinds differ, except that 0 and 1 are false and true. */
const equal = (left: Value, right: Value): boolean | undefined => {
  if ([left, right].some(({ kind }) => kind === 'object' || kind === 'array')) return undefined
  if (left.kind === 'complex' || right.kind === 'complex') {
    return left.kind === 'complex' && right.kind === 'complex' && left.re === right.re && left.im === right.im
  }
  const plain = (value: Value) =>
    value.kind === 'boolean'
      ? Number(value.value)
      : value.kind === 'number' || value.kind === 'string'
        ? value.value
        : null
  return plain(left) === plain(right)
}

const both = (operator: string, left: Value, right: Value): Outcome =>
  wrong(`${operator} does not work on ${nameOf(left)} and ${nameOf(right)}`)

const add = (place: Place, left: Value, right: Value): Outcome | undefined => {
  if (left.kind !== 'string' && right.kind !== 'string') return undefined
  const [a, b] = [textOf(left), textOf(right)]
  return a === undefined || b === undefined ? both('+', left, right) : string(place, a + b)
}

/** `&&` and `||` with both sides known; whether the right one was to be evaluated is the caller's business. */
const logic = (operator: string, place: Place, left: Value, right: Value): Outcome => {
  const [a, b] = [truthOf(left), truthOf(right)]
  if (a === undefined || b === undefined) return both(operator, left, right)
  return boolean(place, operator === '&&' ? a && b : a || b)
}

export const applyBinary = (operator: string, place: Place, left: Value, right: Value): Outcome => {
  if (left.kind === 'broken' || right.kind === 'broken') return broken(place)
  if (operator === '&&' || operator === '||') return logic(operator, place, left, right)
  if (operator === '==' || operator === '!=') {
    const same = equal(left, right)
    return same === undefined ? both(operator, left, right) : boolean(place, same === (operator === '=='))
  }
  const sum = operator === '+' ? add(place, left, right) : undefined
  if (sum) return sum
  if (operator.startsWith('<') || operator.startsWith('>')) {
    const comparable =
      (left.kind === 'number' && right.kind === 'number') ||
      (left.kind === 'string' && right.kind === 'string')
    if (!comparable) return both(operator, left, right)
    return boolean(place, compare(operator, left.value, right.value))
  }
  const [a, b] = [complexOf(left), complexOf(right)]
  if (!a || !b) return both(operator, left, right)
  const result = arithmetic(operator, a, b)
  return result ? number(place, ...result) : wrong('division by zero')
}

export const applyUnary = (operator: string, place: Place, operand: Value): Outcome => {
  if (operand.kind === 'broken') return broken(place)
  if (operator === '!') {
    const truth = truthOf(operand)
    return truth === undefined ? wrong(`! does not work on ${nameOf(operand)}`) : boolean(place, !truth)
  }
  const value = complexOf(operand)
  if (!value) return wrong(`${operator} does not work on ${nameOf(operand)}`)
  return operator === '-' ? number(place, 0 - value[0], 0 - value[1]) : number(place, ...value)
}
