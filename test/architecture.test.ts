import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { LANES, SHARED } from './lanes/lanes.ts'
import {
  cycles,
  doorFaults,
  importFaults,
  lengthFaults,
  type Room,
  type Tree,
} from './support/architecture.ts'
import {
  emptyGlobs,
  idleTests,
  lockFaults,
  machinePaths,
  manifestFaults,
  openMarks,
  registryHosts,
} from './support/hygiene.ts'
import { scanImports } from './support/source-scan.ts'

/** Who may import whom. The order matters: the first room that fits a file is its own. */
const ROOMS: readonly Room[] = [
  { name: 'lib', src: [], builtins: [], packages: [] },
  {
    name: 'net',
    src: ['lib'],
    builtins: ['net', 'dgram', 'tls', 'http', 'https', 'fs', 'path', 'crypto', 'os', 'stream', 'dns'],
    packages: ['ws', 'koffi', '@peculiar/x509', 'reflect-metadata'],
  },
  { name: 'protocols/sdp', src: ['lib'], builtins: ['crypto'], packages: ['sdp-transform'] },
  { name: 'protocols/reginfo', src: ['lib'], builtins: [], packages: ['fast-xml-parser'] },
  { name: 'protocols/dialog-info', src: ['lib'], builtins: [], packages: ['fast-xml-parser'] },
  { name: 'protocols/*', src: ['lib'], builtins: ['crypto'], packages: [] },
  { name: 'core', src: ['lib'], builtins: [], packages: ['libphonenumber-js'] },
  { name: 'adapters/*', src: ['protocols/*', 'core', 'lib'], builtins: [], packages: [] },
  {
    name: 'media',
    src: ['protocols/rtp', 'protocols/ice', 'protocols/dtls', 'protocols/sdp', 'core', 'lib'],
    builtins: ['dgram', 'worker_threads', 'os', 'net', 'crypto', 'fs/promises'],
    packages: ['koffi'],
  },
  {
    name: 'storage',
    src: ['core', 'lib'],
    builtins: ['sqlite', 'worker_threads', 'fs', 'fs/promises', 'path', 'timers/promises'],
    packages: ['kysely'],
  },
  {
    name: 'admin',
    src: ['core', 'lib'],
    builtins: [
      'http',
      'https',
      'net',
      'fs',
      'fs/promises',
      'path',
      'crypto',
      'readline',
      'os',
      'dns',
      'zlib',
    ],
    packages: ['fastify', 'ws', 'prom-client', 'fast-xml-parser'],
  },
  { name: 'logs', src: ['lib'], builtins: ['fs', 'path'], packages: [] },
  { name: 'config', src: ['lib'], builtins: ['fs', 'path'], packages: ['libphonenumber-js'] },
  { name: 'start', src: ['config', 'core', 'lib'], builtins: ['fs', 'path', 'os', 'net'], packages: [] },
  { name: 'simulators', src: ['protocols/*', 'lib'], builtins: [], packages: [] },
  { name: 'tandem.ts', src: ['*'], builtins: 'any', packages: 'any' },
  { name: 'run.ts', src: ['*'], builtins: 'any', packages: [] },
  { name: 'ground.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'gateways.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'people.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'texts.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'sounds.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'webphone.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'gateway-desk.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'proxied.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'trunks.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'network.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'monitor-door.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'remote-door.ts', src: ['*'], builtins: ['fs'], packages: [] },
  { name: 'doors.ts', src: ['*'], builtins: ['path'], packages: [] },
  { name: 'phone-door.ts', src: ['*'], builtins: ['path'], packages: [] },
  {
    name: 'exchange-logins.ts',
    src: ['admin', 'core', 'lib', 'adapters/webphone'],
    builtins: [],
    packages: [],
  },
  { name: 'phone-side.ts', src: ['*'], builtins: ['crypto'], packages: [] },
  { name: 'applications.ts', src: ['*'], builtins: [], packages: [] },
  { name: 'api.ts', src: ['admin', 'start', 'lib'], builtins: ['fs', 'path'], packages: [] },
  { name: 'simulate.ts', src: ['*'], builtins: 'any', packages: [] },
  { name: 'simulate-gateways.ts', src: ['*'], builtins: 'any', packages: [] },
  { name: 'simulate-web.ts', src: ['*'], builtins: 'any', packages: [] },
  {
    name: 'main.ts',
    src: [
      'api.ts',
      'run.ts',
      'simulate.ts',
      'simulate-gateways.ts',
      'simulate-web.ts',
      'tandem.ts',
      'simulators',
      'config',
      'admin',
      'lib',
    ],
    builtins: 'any',
    packages: ['commander'],
  },
]

const root = join(import.meta.dirname, '..')
const OUTSIDE = new Set(['node_modules', '.git', 'data', 'dist', 'LICENSE'])
const TEXT =
  /\.(ts|tsx|js|cjs|mjs|json|md|sh|c|cfg|xml|html|css|yml|jsonc|npmrc|gitignore)$|^(\.ci\/run|bin\/tandem)$/

/** The project's text files as they lie on the disk. */
const readTree = (folder = ''): [path: string, text: string][] =>
  readdirSync(join(root, folder)).flatMap((name) => {
    const path = folder ? `${folder}/${name}` : name
    if (OUTSIDE.has(name)) return []
    if (statSync(join(root, path)).isDirectory()) return readTree(path)
    return TEXT.test(path) ? [[path, readFileSync(join(root, path), 'utf8')] as [string, string]] : []
  })

const tree: Tree = new Map(readTree())
const GLOBS = LANES.flatMap(({ globs }) => globs)
const manifest = JSON.parse(tree.get('package.json') ?? '{}')
const rules = { rooms: ROOMS, doors: manifest.imports as Record<string, string> }
const none = (faults: string[]) => assert.deepEqual(faults, [])

describe('the house', () => {
  test('is imported as the table allows', () => none(importFaults(tree, rules)))
  test('has no rings', () => none(cycles(tree, rules)))
  test('has doors that only open', () => none(doorFaults(tree, rules.doors)))
  test('has no file above the limit', () => none(lengthFaults(tree)))
  test('has no open marks', () => none(openMarks(tree)))
  test('names no place of one machine', () => none([...machinePaths(tree), ...registryHosts(tree)]))
  test('runs every test, and every glob finds some', () =>
    none([...emptyGlobs([...GLOBS, ...SHARED.flat()], root), ...idleTests(GLOBS, tree)]))
  test('pins what it installs', () =>
    none([...manifestFaults(manifest), ...lockFaults(tree.get('package-lock.json') ?? '')]))
})

/** A small house with one planted fault, judged by the same table. */
const house = (files: Record<string, string>): Tree =>
  new Map(
    Object.entries({ 'src/lib/result.ts': '', 'src/core/index.ts': '', 'src/net/udp.ts': '', ...files }),
  )
const judged = (files: Record<string, string>) => importFaults(house(files), rules)

describe('the checker finds', () => {
  const planted: [what: string, path: string, text: string, fault: RegExp][] = [
    [
      'a protocol that reaches into its sibling',
      'src/protocols/sip/a.ts',
      "import { b } from '../aka/b.ts'",
      /may not import protocols\/aka/,
    ],
    [
      'a protocol that imports the core',
      'src/protocols/sip/a.ts',
      "import { c } from '#core'",
      /may not import core/,
    ],
    [
      'a type import as well',
      'src/core/a.ts',
      "import type { F } from '#sip'",
      /may not import protocols\/sip/,
    ],
    ['an inline type import', 'src/core/a.ts', "type F = import('#sip').F", /may not import protocols\/sip/],
    ['a bare import', 'src/core/a.ts', "import '#storage'", /may not import storage/],
    ['a dynamic import', 'src/core/a.ts', "const m = await import(\n '#media')", /may not import media/],
    ['a computed import', 'src/core/a.ts', 'await import(name)', /computed/],
    [
      'a worker in another room',
      'src/core/a.ts',
      "new Worker(new URL('../media/w.ts', import.meta.url))",
      /may not import media/,
    ],
    ['a re-export', 'src/lib/a.ts', "export * from '#core'", /may not import core/],
    [
      'a room entered past its door',
      'src/tandem.ts',
      "import { u } from './net/udp.ts'",
      /through their door/,
    ],
    [
      'a test that enters past a door',
      'src/core/a.test.ts',
      "import { u } from '../net/udp.ts'",
      /through their door/,
    ],
    [
      'a story that enters past a door',
      'test/stories/a.test.ts',
      "import { u } from '../../src/net/udp.ts'",
      /through their door/,
    ],
    [
      'a builtin where none belongs',
      'src/core/a.ts',
      "import { readFileSync } from 'node:fs'",
      /node:fs is not for core/,
    ],
    [
      'a package where none belongs',
      'src/protocols/sip/a.ts',
      "import x from '@scope/name/deep'",
      /@scope\/name is not for/,
    ],
    [
      'one adapter that uses another',
      'src/adapters/ims/a.ts',
      "import { g } from '../goip/g.ts'",
      /may not import adapters\/goip/,
    ],
    [
      'a room that the table does not know',
      'src/attic/a.ts',
      "import { r } from '#lib/result'",
      /no room attic/,
    ],
    ['a door that does not exist', 'src/core/a.ts', "import { r } from '#nowhere'", /no such door/],
    [
      'a file that does not exist',
      'src/core/a.ts',
      "import { r } from './gone.ts'",
      /there is no src\/core\/gone\.ts/,
    ],
    [
      'source that leans on tests',
      'src/core/a.ts',
      "import { r } from '../../test/support/tone.ts'",
      /may not leave src/,
    ],
  ]
  for (const [what, path, text, fault] of planted)
    test(what, () => {
      const faults = judged({ [path]: text })
      assert.equal(faults.length, 1, faults.join('\n'))
      assert.match(faults[0] as string, fault)
    })

  test('nothing in comments, texts and regular expressions', () => {
    const text = [
      "// import '#media'",
      "/* import '#media' */",
      "const a = \"import '#media'\", b = /'/",
      'const c = `$' + "{`import '#media'`}`",
      '',
    ].join('\n')
    assert.deepEqual(scanImports(text), { imports: [], computed: [] })
    assert.deepEqual(scanImports(`${text}import x from 'y'`).imports, [
      { specifier: 'y', typeOnly: false, line: 5 },
    ])
  })
  test('rings, by type imports too', () => {
    const ring = house({
      'src/core/a.ts': "import type { b } from './b.ts'",
      'src/core/b.ts': "import { a } from './a.ts'",
    })
    assert.deepEqual(cycles(ring, rules), ['src/core/a.ts → src/core/b.ts → src/core/a.ts'])
  })
  test('doors that do more than open', () => {
    assert.equal(
      doorFaults(
        house({ 'src/core/index.ts': "export { a } from './a.ts'\nexport const b = 1" }),
        rules.doors,
      ).length,
      1,
    )
    none(
      doorFaults(
        house({
          'src/core/index.ts': "// the core\nexport type { A, B } from './a.ts'\nexport * from './b.ts'",
        }),
        rules.doors,
      ),
    )
  })
  test('long files', () => {
    const long = 'x\n'.repeat(401)
    assert.equal(lengthFaults(house({ 'src/core/a.ts': long })).length, 1)
    none(
      lengthFaults(
        house({ 'src/core/a.ts': `/** Generated by tools/t.ts */\n${long}`, 'test/fixtures/a.ts': long }),
      ),
    )
  })
  test('open marks, places and registries', () => {
    const text = (...words: string[]) => house({ 'src/core/a.ts': `// ${words.join('')}` })
    assert.equal(openMarks(text('FIX', 'ME later')).length, 1)
    assert.equal(machinePaths(text("'/ho", "me/someone/tandem'")).length, 1)
    assert.equal(registryHosts(text('https://regi', 'stry.example.org/')).length, 1)
    none(machinePaths(text("app.get('/api/work", "/x')")))
  })
  test('globs that match nothing, loose versions, resolved addresses', () => {
    assert.equal(emptyGlobs(['test/none/**/*.test.ts'], root).length, 1)
    assert.equal(
      idleTests(['src/**/*.test.ts'], house({ 'src/a.test.ts': '', 'bench/b.test.ts': '' })).length,
      1,
    )
    assert.equal(
      manifestFaults({ allowScripts: { node: true, x: true }, dependencies: { a: '^1.0.0' } }).length,
      2,
    )
    assert.equal(lockFaults('"resolved": "https://example.org/a.tgz"').length, 1)
  })
})
