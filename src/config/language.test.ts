import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err, ok } from '#lib/result'
import type { Files } from './files.ts'
import { parseConfiguration } from './language.ts'
import { printProblem } from './problem.ts'
import { printPlace, type Value } from './value.ts'

const filesOf = (texts: Record<string, string>): Files => ({
  read: (path) => (Object.hasOwn(texts, path) ? ok(texts[path] as string) : err('there is no such file')),
  exists: (path) => Object.hasOwn(texts, path),
})

const plain = (value: Value): unknown => {
  if (value.kind === 'object')
    return Object.fromEntries([...value.members].map(([key, member]) => [key, plain(member.value)]))
  if (value.kind === 'array') return value.items.map(plain)
  if (value.kind === 'complex') return { re: value.re, im: value.im }
  if (value.kind === 'null') return null
  return value.kind === 'broken' ? '(broken)' : value.value
}

const parse = (text: string, texts: Record<string, string> = {}) =>
  parseConfiguration('ims.cfg', text, filesOf(texts))
const read = (text: string, texts?: Record<string, string>): unknown => {
  const { root, problems } = parse(text, texts)
  assert.deepEqual(problems.map(printProblem), [])
  return plain(root)
}
const problemsOf = (text: string, texts?: Record<string, string>): string[] =>
  parse(text, texts).problems.map(printProblem)

describe('values', () => {
  const table: [text: string, value: unknown][] = [
    ['13.4', 13.4],
    ['.5', 0.5],
    ['1e3', 1000],
    ['2.5E-1', 0.25],
    ['0x9001', 0x9001],
    ['0XfF', 255],
    ['-5', -5],
    ['- -5', 5],
    ['1.2+3*I', { re: 1.2, im: 3 }],
    ['(1+I)*(1-I)', 2],
    ['(1+2*I)/(3-4*I)', { re: -0.2, im: 0.4 }],
    ['I*I', -1],
    ['-(1+I)', { re: -1, im: -1 }],
    ['"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', 'a"\\/\b\f\n\r\té'],
    ['""', ''],
    ['"// no /* comment */ #if"', '// no /* comment */ #if'],
    ['true', true],
    ['false', false],
    ['null', null],
    ['[1, 2,]', [1, 2]],
    ['[]', []],
    ['[[1], {a: 2}]', [[1], { a: 2 }]],
    ['{ a: 1, "b c": 2, 100rel: true, }', { a: 1, 'b c': 2, '100rel': true }],
    ['{}', {}],
  ]
  for (const [text, value] of table) test(text, () => assert.deepEqual(read(`x: ${text},`), { x: value }))
})

describe('operators', () => {
  const table: [text: string, value: unknown][] = [
    ['1 + 2 * 3 - 8 / 4', 5],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['-2 * -3', 6],
    ['"a" + "b" + 1', 'ab1'],
    ['1 + "b"', '1b'],
    ['!0', true],
    ['!!"a" == 1', undefined],
    ['1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3', true],
    ['"a" < "b"', true],
    ['1 == true', true],
    ['0 == false', true],
    ['"1" == 1', false],
    ['1 != 2', true],
    ['1 + I == 1 + I', true],
    ['0 && 1 || 1', true],
    ['0 || 0', false],
    ['1 || undefined_variable', true],
    ['0 && undefined_variable == 3', false],
    ['1 + 2 == 3', true],
    ['1 < 2 == 1', true],
  ]
  for (const [text, value] of table) {
    test(text, () => {
      if (value === undefined) assert.equal(problemsOf(`x: ${text}`).length, 1)
      else assert.deepEqual(read(`x: ${text}`), { x: value })
    })
  }
})

describe('properties', () => {
  test('may stand in outer braces or not', () => {
    assert.deepEqual(read('{ a: 1, b: 2 }'), read('a: 1, b: 2,'))
    assert.deepEqual(read(''), {})
    assert.deepEqual(read('\uFEFF// only a comment'), {})
  })

  test('are merged recursively in reading order (the example of manual 5.1)', () => {
    const text =
      '{ value: "foo", value: "bar", sub: { value: "foo", more: { a: 1 } }, sub: { value: "bar", more: { b: 2 } } }'
    assert.deepEqual(read(text), { value: 'bar', sub: { value: 'bar', more: { a: 1, b: 2 } } })
  })

  test('replace what is no object, and arrays whole', () => {
    assert.deepEqual(read('a: [1, 2], a: [3], b: {x: 1}, b: 5, c: 5, c: {y: 1}'), {
      a: [3],
      b: 5,
      c: { y: 1 },
    })
  })

  test('merging does not reach back into the variable that gave a value', () => {
    const text = '#define BASE { sub: { a: 1 } }\nx: BASE, x: { sub: { b: 2 } }, y: BASE'
    assert.deepEqual(read(text), { x: { sub: { a: 1, b: 2 } }, y: { sub: { a: 1 } } })
  })

  test('with names of the language itself are ordinary', () => {
    const parsed = parse('__proto__: { a: 1 }, constructor: 2, include: 3, true: 4')
    assert.deepEqual([...parsed.root.members.keys()], ['__proto__', 'constructor', 'include', 'true'])
  })
})

describe('include', () => {
  test('merges another file where it stands (the example of manual 5.1)', () => {
    const text = 'value: "foo",\ninclude "file2.cfg",\nfoo: "foo"'
    assert.deepEqual(read(text, { 'file2.cfg': 'value: "bar",\nfoo: "bar"' }), {
      value: 'bar',
      foo: 'foo',
    })
  })

  test('finds files relative to the file that names them, with or without braces', () => {
    const files = {
      'a/one.cfg': '{ one: 1, sub: { include "b/two.cfg" } }',
      'a/b/two.cfg': 'two: 2, include "../three.cfg",',
      'a/three.cfg': 'three: 3',
    }
    assert.deepEqual(read('include "a/one.cfg",', files), { one: 1, sub: { two: 2, three: 3 } })
  })

  test('shares variables both ways', () => {
    assert.deepEqual(read('#define A 1\ninclude "x.cfg",\nb: B', { 'x.cfg': '#define B A + 1\na: A' }), {
      a: 1,
      b: 2,
    })
  })

  test('is refused in arrays, of arrays, with a colon, of itself, of nothing', () => {
    const files = { 'array.cfg': '[1]', 'self.cfg': 'include "other.cfg"', 'other.cfg': 'include "self.cfg"' }
    assert.deepEqual(problemsOf('x: [include "array.cfg"]', files), [
      'ims.cfg:1:5: include gives properties: it stands in an object, not in an array or a value',
    ])
    assert.deepEqual(problemsOf('include "array.cfg",', files), [
      'array.cfg:1:1: an array cannot be included: a file holds properties',
    ])
    assert.deepEqual(problemsOf('include "c:x.cfg",'), [
      `ims.cfg:1:1: include "c:x.cfg": the name of a file has no ':'`,
    ])
    assert.match(
      problemsOf('include "self.cfg",', files)[0] ?? '',
      /^other\.cfg:1:1: include "self.cfg": the file includes itself/,
    )
    assert.deepEqual(problemsOf('\n include "none.cfg",'), [
      'ims.cfg:2:2: include "none.cfg": there is no such file (none.cfg)',
    ])
  })
})

describe('the preprocessor', () => {
  const table: [name: string, text: string, value: unknown][] = [
    ['evaluates what it defines at once', '#define A 1+2\n#define B A*2\n#define A 0\nx: B', { x: 6 }],
    [
      'allows comments after a definition',
      '#define A 5 // five\n#define B 6 /* six */\nx: [A, B]',
      { x: [5, 6] },
    ],
    [
      'allows values over several lines',
      '#define A {\n k: [1,\n 2]\n}\n#define B 1 + \\\n 2\nx: A, y: B',
      { x: { k: [1, 2] }, y: 3 },
    ],
    ['a definition without a value is true', '#define A\nx: A', { x: true }],
    [
      'replaces names of properties by strings',
      '#define NAME "real"\n#define N 5\nNAME: 1, "NAME": 2, N: 3',
      { real: 1, NAME: 2, N: 3 },
    ],
    ['does not replace inside strings', '#define A 5\nx: "A"', { x: 'A' }],
    ['undefines', '#define A 1\n#undef A\nx: defined(A)', { x: false }],
    ['if', '#if 1\na: 1,\n#endif\n#if 0\nb: 1,\n#endif\n#if "a" == "a"\nc: 1,\n#endif', { a: 1, c: 1 }],
    [
      'elif and else',
      '#define V 2\n#if V == 1\na: 1\n#elif V == 2\na: 2\n#elif V == 2\na: 3\n#else\na: 4\n#endif',
      { a: 2 },
    ],
    ['else', '#if false\na: 1\n#elif 0\na: 2\n#else\na: 3\n#endif', { a: 3 }],
    [
      'ifdef and ifndef',
      '#define A 0\n#ifdef A\na: 1,\n#endif\n#ifndef A\nb: 1,\n#else\nc: 1,\n#endif',
      { a: 1, c: 1 },
    ],
    [
      'defined without parentheses and before use',
      '#if defined A && A == 1\na: 1\n#else\na: 2\n#endif',
      { a: 2 },
    ],
    ['nests', '#if 1\n#if 0\na: 1\n#else\n#if 1\na: 2\n#endif\n#endif\n#else\na: 3\n#endif', { a: 2 }],
    [
      'does not read what is left out',
      '#if 0\n"open\n` #endif\n#else no\n`\n"#else"\n/*\n#endif\n*/\n#if 1\n#else\n#endif\nx y z\n#else\na: 1\n#endif',
      { a: 1 },
    ],
    ['stands anywhere', 'x: [1,\n#if 0\n2,\n#else\n3,\n  # define A 4\n#endif\nA]', { x: [1, 3, 4] }],
    ['works with CRLF lines', '#define A 1\r\n#if A\r\nx: A,\r\n#endif\r\ny: 2\r\n', { x: 1, y: 2 }],
  ]
  for (const [name, text, value] of table) test(name, () => assert.deepEqual(read(text), value))

  test('#include puts the text of a file anywhere, its name an expression', () => {
    const files = { 'd/items-2.inc': '1, 2,\n#define A 3', 'd/x.inc': '#include "items-2.inc"' }
    assert.deepEqual(read('#define N 2\nx: [\n#include "d/items-" + N + ".inc"\nA]', files), {
      x: [1, 2, 3],
    })
    assert.deepEqual(read('x: [\n#include `d/x.inc`\n]', files), { x: [1, 2] })
  })
})

test('backquote strings hold expressions, lines and each other', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the text under test
  assert.deepEqual(
    read('#define V "v"\nx: `abc${1+2}d`, y: `${V}-${`<${V + "}"}>`}`, z: `a\n$b \\` \\${c}`'),
    {
      x: 'abc3d',
      y: 'v-<v}>',
      z: 'a\n$b ` ${c}',
    },
  )
  assert.deepEqual(problemsOf('x: `a${[1]}`'), [
    'ims.cfg:1:8: only a string, a number or a boolean fits into a string',
  ])
  assert.deepEqual(problemsOf('x: `a${1 2}`'), ['ims.cfg:1:10: unexpected "2" after the expression'])
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the text under test
})

describe('a problem says where, with the offending text', () => {
  const table: [text: string, ...problems: string[]][] = [
    ['a: foo', '1:4: foo: no such variable (text stands in double quotes)'],
    ['a: 1,\n  b: "x" * 2', '2:10: * does not work on the string "x" and the number 2'],
    ['a: 1/0', '1:5: division by zero'],
    ['a: -"x"', '1:4: - does not work on the string "x"'],
    ['a 1', '1:3: : is missing between the property a and "1"'],
    ['a: 1 b: 2', '1:6: , is missing before "b"'],
    ['a: 1\nb: 2\nc: 3', '2:1: , is missing before "b"', '3:1: , is missing before "c"'],
    ['a: [1 2]', '1:7: , is missing before "2"'],
    ['a: [1,,2]', '1:7: a value is needed, not ,'],
    ['a: {', '1:4: { is never closed'],
    ['a: [1', '1:4: [ is never closed'],
    ['a: (1', '1:6: ) is missing before the end'],
    ['a: ', '1:4: a value is missing at the end'],
    ['a: "x\nb: 1', '1:4: "x": the string is not closed on its line'],
    ["a: 'x'", `1:4: "'": strings stand in double quotes or backquotes, not in single quotes`],
    ['a: "\\q"', '1:4: "\\\\q": is not an escape of JSON (\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000)'],
    ['a: `x', '1:4: "`x": the backquote string is never closed'],
    ['/* x', '1:1: "/* x": the comment /* is never closed'],
    ['a: §', '1:4: "§": is not understood'],
    ['{ a: 1 } b: 2', '1:10: unexpected "b" after the closing brace'],
    ['a: 1 }', '1:6: unexpected }'],
    ['#if 1\na: 1', '1:1: #if is never closed by #endif'],
    ['#endif', '1:1: #endif without #if'],
    ['#if 1\n#else\n#else\n#endif', '3:2: #else after #else of line 2'],
    ['#comment', '1:1: "comment" after # is no directive (comments begin with //)'],
    ['#define 5', '1:9: #define needs the name of a variable, not "5"'],
    ['#define A 1 2', '1:13: unexpected "2" after the expression'],
    ['#if "x"\n#endif', '1:5: #if needs true, false or a number, not the string "x"'],
    ['#include 5', '1:10: #include needs the name of a file, not the number 5'],
    [
      'a: 1, b: foo, c: bar',
      '1:10: foo: no such variable (text stands in double quotes)',
      '1:18: bar: no such variable (text stands in double quotes)',
    ],
  ]
  for (const [text, ...problems] of table) {
    test(JSON.stringify(text), () =>
      assert.deepEqual(
        problemsOf(text),
        problems.map((problem) => `ims.cfg:${problem}`),
      ),
    )
  }
})

test('a value knows where it was written, through merges, includes and defines', () => {
  const files = { 'inc.cfg': '\n  s: { b: 1 },\n#define D 7\n' }
  const { root } = parse('s: { a: 0,\n b: 0 },\ninclude "inc.cfg",\n  d: D,\n e: 1 + D', files)
  const s = root.members.get('s')?.value
  assert.ok(s?.kind === 'object')
  assert.deepEqual(
    [s.members.get('a'), s.members.get('b'), root.members.get('d'), root.members.get('e')].map((member) =>
      printPlace(member?.value.place ?? s.place),
    ),
    ['ims.cfg:1:9', 'inc.cfg:2:11', 'inc.cfg:3:11', 'ims.cfg:5:5'],
  )
  assert.equal(printPlace(root.members.get('d')?.place ?? s.place), 'ims.cfg:4:3')
})
