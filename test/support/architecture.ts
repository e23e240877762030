import { posix } from 'node:path'
import { type Import, scanImports, skeletonOf } from './source-scan.ts'

/** Path from the project's root (forward slashes) to the file's text. */
export type Tree = ReadonlyMap<string, string>

/** What the files of a room may import. Rooms of src by name (`protocols/*`: any of them), builtins without `node:`. */
export type Room = {
  name: string
  src: readonly string[]
  builtins: readonly string[] | 'any'
  packages: readonly string[] | 'any'
}

export type Rules = {
  rooms: readonly Room[]
  /** Doors: the `imports` map of package.json. */
  doors: Readonly<Record<string, string>>
}

type Target =
  | { kind: 'file'; path: string }
  | { kind: 'builtin'; name: string }
  | { kind: 'package'; name: string }
  | { kind: 'unknown' }

export const isTest = (path: string): boolean => path.endsWith('.test.ts')
const isSource = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path) && !path.includes('/fixtures/')

/** The room of a file below src: `protocols/sip`, `core`, `main.ts`; undefined outside src. */
export const roomOf = (path: string): string | undefined => {
  const [top, first, second, third] = path.split('/')
  if (top !== 'src' || first === undefined) return undefined
  if ((first === 'protocols' || first === 'adapters') && third !== undefined) return `${first}/${second}`
  return first
}

const matches = (pattern: string, room: string): boolean =>
  pattern === '*' || pattern === room || (pattern.endsWith('/*') && room.startsWith(pattern.slice(0, -1)))

export const resolve = (from: string, specifier: string, doors: Rules['doors']): Target => {
  if (specifier.startsWith('.')) return { kind: 'file', path: posix.join(posix.dirname(from), specifier) }
  if (specifier.startsWith('node:')) return { kind: 'builtin', name: specifier.slice(5) }
  if (!specifier.startsWith('#')) {
    const [scope, name] = specifier.split('/')
    return { kind: 'package', name: scope?.startsWith('@') ? `${scope}/${name}` : (scope ?? specifier) }
  }
  for (const [door, file] of Object.entries(doors)) {
    const [head, tail] = door.split('*') as [string, string | undefined]
    if (tail === undefined ? specifier === door : specifier.startsWith(head))
      return { kind: 'file', path: posix.normalize(file.replace('*', specifier.slice(head.length))) }
  }
  return { kind: 'unknown' }
}

/** Why this import breaks the table; undefined when it does not. A test may open any door, but only doors. */
const faultOf = (from: string, { specifier }: Import, rules: Rules): string | undefined => {
  const target = resolve(from, specifier, rules.doors)
  const name = roomOf(from)
  if (target.kind === 'unknown') return 'package.json has no such door'
  if (name === undefined) {
    if (target.kind !== 'file' || roomOf(target.path) === undefined || specifier.startsWith('#'))
      return undefined
    return isEntrance(target.path) ? undefined : 'rooms are entered through their door'
  }
  const room = rules.rooms.find((candidate) => matches(candidate.name, name))
  if (!room) return `the import table has no room ${name}`
  const test = isTest(from)
  if (target.kind === 'builtin')
    return test || permits(room.builtins, target.name) ? undefined : `node:${target.name} is not for ${name}`
  if (target.kind === 'package')
    return test || permits(room.packages, target.name) ? undefined : `${target.name} is not for ${name}`
  const other = roomOf(target.path)
  if (other === undefined)
    return test && target.path.startsWith('test/') ? undefined : `${name} may not leave src`
  if (other === name)
    return specifier.startsWith('#') && name !== 'lib' ? 'inside a room paths are relative' : undefined
  if (!test && !room.src.some((pattern) => matches(pattern, other))) return `${name} may not import ${other}`
  return specifier.startsWith('#') || isEntrance(target.path)
    ? undefined
    : 'rooms are entered through their door'
}

const permits = (list: readonly string[] | 'any', name: string): boolean =>
  list === 'any' || list.includes(name)
/** Files right below src are rooms of their own. */
const isEntrance = (path: string): boolean => /^src\/[^/]+\.ts$/.test(path)

/** Every import of src against the table, and of test, bench and tools against the doors. */
export const importFaults = (tree: Tree, rules: Rules): string[] => {
  const faults: string[] = []
  for (const [path, text] of tree) {
    if (!isSource(path)) continue
    const { imports, computed } = scanImports(text)
    for (const line of computed)
      if (roomOf(path)) faults.push(`${path}:${line}: a computed import cannot be checked`)
    for (const found of imports) {
      const why = faultOf(path, found, rules)
      const target = resolve(path, found.specifier, rules.doors)
      const missing = target.kind === 'file' && roomOf(target.path) && !tree.has(target.path)
      if (why) faults.push(`${path}:${found.line} → ${found.specifier}: ${why}`)
      else if (missing) faults.push(`${path}:${found.line} → ${found.specifier}: there is no ${target.path}`)
    }
  }
  return faults
}

/** Rings among the files of src, each once, as `a → b → a`. Type imports count: a ring is a ring to its reader. */
export const cycles = (tree: Tree, rules: Rules): string[] => {
  const found: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const trail: string[] = []
  const visit = (path: string): void => {
    state.set(path, 'open')
    trail.push(path)
    for (const { specifier } of scanImports(tree.get(path) ?? '').imports) {
      const target = resolve(path, specifier, rules.doors)
      if (target.kind !== 'file' || !tree.has(target.path)) continue
      if (state.get(target.path) === 'open')
        found.push([...trail.slice(trail.indexOf(target.path)), target.path].join(' → '))
      else if (!state.has(target.path)) visit(target.path)
    }
    trail.pop()
    state.set(path, 'done')
  }
  for (const path of tree.keys()) if (roomOf(path) && isSource(path) && !state.has(path)) visit(path)
  return found
}

const RE_EXPORT = /export\s+(?:type\s+)?(?:\{[\w\s,$]*\}|\*(?:\s+as\s+\w+)?)\s*from\s*§\d+§\s*;?/g

/** Doors that hold anything but re-exports. */
export const doorFaults = (tree: Tree, doors: Rules['doors']): string[] =>
  Object.values(doors)
    .map((file) => posix.normalize(file))
    .filter((path) => path.endsWith('/index.ts') && tree.has(path))
    .filter(
      (path) =>
        skeletonOf(tree.get(path) ?? '')
          .text.replace(RE_EXPORT, '')
          .trim() !== '',
    )
    .map((path) => `${path}: a door re-exports and does nothing else`)

const LONGEST = 400

/** Files too long to read in one sitting. Fixtures, and tables that a tool of ours wrote, are not read. */
export const lengthFaults = (tree: Tree): string[] =>
  [...tree]
    .filter(([path, text]) => isSource(path) && !/^\/[/*]+ Generated by tools\//.test(text))
    .map(([path, text]) => [path, text.split('\n').length - 1] as const)
    .filter(([, lines]) => lines > LONGEST)
    .map(([path, lines]) => `${path}: ${lines} lines, the limit is ${LONGEST}`)
