import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { err, ok } from '#lib/result'
import type { Files } from './files.ts'
import { MAX_INCLUDE_DEPTH, MAX_INCLUDES, MAX_PROBLEMS, parseConfiguration } from './language.ts'
import { loadConfiguration } from './load.ts'

const none: Files = { read: () => err('there is no such file'), exists: () => false }
const problemsOf = (text: string, files = none) =>
  parseConfiguration('x.cfg', text, files).problems.map(({ message }) => message)

/** `${s}${s}`, the text. */
const twice = ['', '{s}', '{s}'].join('$')

describe('no text makes the reader grow or hang', () => {
  const lines = (count: number, line: string) => `${line}\n`.repeat(count)
  const table: [name: string, text: string, problem: RegExp | undefined][] = [
    [
      'strings doubled by defines',
      `#define s "aaaaaaaa"\n${lines(80, '#define s s + s')}x: s`,
      /grows beyond/,
    ],
    [
      'strings doubled in backquotes',
      `#define s "aaaaaaaa"\n${lines(80, `#define s \`${twice}\``)}x: s`,
      /grows beyond/,
    ],
    [
      'objects doubled by defines',
      `#define o { x: 1 }\n${lines(50, '#define o { x: o, y: o }')}x: o`,
      /too many values/,
    ],
    ['arrays doubled by defines', `#define a [1]\n${lines(50, '#define a [a, a]')}x: a`, /too many values/],
    ['depth by defines', `#define o { x: 1 }\n${lines(500, '#define o { x: o }')}x: o`, /deeper/],
    ['depth of objects', 'a:{'.repeat(100_000), /deeper/],
    ['depth of arrays', `a: ${'['.repeat(100_000)}`, /deeper/],
    ['depth of parentheses', `a: ${'('.repeat(100_000)}`, /deeper/],
    ['depth of backquotes', `a: ${'`${'.repeat(100_000)}`, /never closed/],
    ['signs', `a: ${'-'.repeat(100_000)}1`, undefined],
    ['operators', `a: 1${'+1'.repeat(100_000)}`, undefined],
    ['open comments in text left out', `#if 0\n${'/* '.repeat(100_000)}`, /never closed/],
    ['open backquotes in text left out', `#if 0\n${'" ` '.repeat(99_999)}\n#endif`, undefined],
    ['conditions', '#if 0\n'.repeat(50_000), /never closed/],
    ['true conditions', '#if 1\n'.repeat(50_000), /never closed/],
    [
      'merges',
      `#define o { ${Array.from({ length: 900 }, (_, i) => `k${i}: 1`).join()} }\n${lines(1000, 'x: o, x: { k0: 2 },')}`,
      undefined,
    ],
    ['one long line', `a: [${'1,'.repeat(300_000)}]`, undefined],
    ['one long name', 'a'.repeat(1_000_000), /missing/],
    ['unclosed templates', 'a: `${\n'.repeat(20_000), /inside each other|never closed/],
    ['problems', 'a: b,'.repeat(20_000), /no such variable/],
  ]
  for (const [name, text, problem] of table) {
    test(name, () => {
      const problems = problemsOf(text)
      assert.ok(problems.length <= MAX_PROBLEMS)
      if (problem) assert.match(problems.join('\n'), problem)
      else assert.deepEqual(problems, [])
    })
  }

  test('includes have a depth and a number', () => {
    const deep: Files = { read: (path) => ok(`include "${path}x"`), exists: () => true }
    assert.match(problemsOf('include "a"', deep)[0] ?? '', new RegExp(`deeper than ${MAX_INCLUDE_DEPTH}`))
    const level = (path: string) => Number(/\d+/.exec(path)?.[0] ?? 0) + 1
    let reads = 0
    const wide: Files = {
      read: (path) => {
        reads++
        return ok(level(path) > 12 ? 'x: 1' : `include "f${level(path)}", include "f${level(path)}",`)
      },
      exists: () => true,
    }
    assert.match(problemsOf('include "f1"', wide)[0] ?? '', new RegExp(`more than ${MAX_INCLUDES} includes`))
    assert.ok(reads <= 13)
  })
})

/** A small generator with a seed, so that a failure can be repeated. */
const createDice = (seed: number) => (sides: number) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return Math.floor((seed / 2 ** 32) * sides)
}

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ',',
  ':',
  '"',
  '`',
  '${',
  '#',
  '\n#if 0\n',
  '\n#endif\n',
  '\n#define A ',
  'A',
  '/*',
  '*/',
  '//',
  '\\',
  '\n',
  '0x',
  '1e999',
  '-',
  'I',
  'true',
  '\0',
  '\u{1F600}',
  '\ud800',
  'include "x",',
  '5',
  'ue_db',
  'K',
]

test('20,000 mutations of real files give a value or problems, never an exception', () => {
  const dice = createDice(2018)
  const texts = ['milenage', 'multi-sim', 'shared-with-mme', 'md5-phones', 'ipv6'].map((name) =>
    readFileSync(new URL(`../../test/fixtures/config/${name}.cfg`, import.meta.url), 'utf8'),
  )
  let accepted = 0
  for (let round = 0; round < 20_000; round++) {
    let text = texts[round % texts.length] as string
    for (let edits = 1 + dice(3); edits > 0; edits--) {
      const at = dice(text.length)
      const piece = dice(4) === 0 ? '' : (PIECES[dice(PIECES.length)] as string)
      text = text.slice(0, at) + piece + text.slice(at + dice(8))
    }
    const result = loadConfiguration({ name: 'x.cfg', text }, {}, none)
    if (result.ok) accepted++
    else assert.ok(result.error.length > 0)
  }
  assert.ok(accepted > 100)
})

test('random bytes give problems', () => {
  const dice = createDice(7)
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: dice(300) }, () =>
      dice(2) === 0 ? dice(256) : ' {}[]":,#\n`$'.charCodeAt(dice(12)),
    )
    const result = loadConfiguration({ name: 'x.cfg', text: new TextDecoder().decode(bytes) }, {}, none)
    if (!result.ok) assert.ok(result.error.every(({ line, column }) => line >= 1 && column >= 1))
  }
})
