/**
 * Finds what a TypeScript file imports without a compiler: comments are blanked, every string becomes a
 * numbered mark (§0§), and the few forms of an import are then searched in what is left. So an import inside a
 * comment or a text is none, and one spread over lines is still found.
 */
export type Import = { specifier: string; typeOnly: boolean; line: number }

type Skeleton = { text: string; strings: string[] }

const MARK = '§'
/** A slash after one of these starts a regular expression, otherwise it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else))\s*$/

const endOfString = (source: string, from: number): number => {
  const quote = source[from]
  let at = from + 1
  while (at < source.length && source[at] !== quote && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1
  return at + 1
}

/** Past the closing slash of a regular expression; a slash inside a class does not close it. */
const endOfRegex = (source: string, from: number): number => {
  let inClass = false
  for (let at = from + 1; at < source.length && source[at] !== '\n'; at++) {
    const c = source[at]
    if (c === '\\') at++
    else if (c === '[') inClass = true
    else if (c === ']') inClass = false
    else if (c === '/' && !inClass) return at + 1
  }
  return from + 1
}

/** Past the closing backquote, whatever is nested in `${}`. */
const endOfTemplate = (source: string, from: number): number => {
  let at = from + 1
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2
    else if (source.startsWith('${', at)) at = endOfHole(source, at + 2)
    else at++
  }
  return at + 1
}

const endOfHole = (source: string, from: number): number => {
  let depth = 1
  let at = from
  while (at < source.length && depth > 0) {
    const c = source[at]
    if (c === '`') at = endOfTemplate(source, at)
    else if (c === "'" || c === '"') at = endOfString(source, at)
    else {
      if (c === '{') depth++
      if (c === '}') depth--
      at++
    }
  }
  return at
}

const newlines = (text: string): string => '\n'.repeat(text.split('\n').length - 1)

/** The file without comments, each string replaced by a mark; lines keep their numbers. */
export const skeletonOf = (source: string): Skeleton => {
  const strings: string[] = []
  let text = ''
  let at = 0
  const replace = (end: number, value: string | undefined) => {
    text += value === undefined ? ' ' : `${MARK}${strings.push(value) - 1}${MARK}`
    text += newlines(source.slice(at, end))
    at = end
  }
  const find = (what: string, from: number) => {
    const found = source.indexOf(what, from)
    return found < 0 ? source.length : found
  }
  while (at < source.length) {
    const c = source[at]
    if (source.startsWith('//', at) || (at === 0 && source.startsWith('#!')))
      replace(find('\n', at), undefined)
    else if (source.startsWith('/*', at)) replace(find('*/', at) + 2, undefined)
    else if (c === "'" || c === '"') {
      const end = endOfString(source, at)
      replace(end, source.slice(at + 1, end - 1))
    } else if (c === '`') {
      const end = endOfTemplate(source, at)
      const inner = source.slice(at + 1, end - 1)
      replace(end, inner)
    } else if (c === '/' && BEFORE_REGEX.test(text.slice(-20))) replace(endOfRegex(source, at), '')
    else {
      text += c
      at++
    }
  }
  return { text, strings }
}

const FORMS = [
  /** import … from 'x', export … from 'x', type imports too */
  /\b(?<verb>import|export)\s+(?<type>type\b)?(?<names>[\w\s{},*$]*?)\bfrom\s*§(?<n>\d+)§/g,
  /** import 'x' */
  /\bimport\s*§(?<n>\d+)§/g,
  /** import('x'), import.meta.resolve('x'), require('x'), also as a type */
  /\b(?:import|import\.meta\.resolve|require|require\.resolve)\s*\(\s*§(?<n>\d+)§/g,
  /** new URL('./worker.ts', import.meta.url): how workers name their file */
  /\bnew\s+URL\s*\(\s*§(?<n>\d+)§\s*,\s*import\.meta\.url/g,
]
const UNCHECKABLE = /\bimport\s*\(\s*[^\s§)]/g

/** Every import of the file, and the lines of those whose target is computed and so cannot be checked. */
export const scanImports = (source: string): { imports: Import[]; computed: number[] } => {
  const { text, strings } = skeletonOf(source)
  const lineOf = (index: number) => text.slice(0, index).split('\n').length
  const imports: Import[] = []
  for (const form of FORMS)
    for (const found of text.matchAll(form)) {
      const specifier = strings[Number(found.groups?.n)] ?? ''
      const assets = form === FORMS[3] && !/\.[cm]?[jt]sx?$/.test(specifier)
      if (!assets)
        imports.push({ specifier, typeOnly: Boolean(found.groups?.type), line: lineOf(found.index) })
    }
  const computed = [...text.matchAll(UNCHECKABLE)].map((found) => lineOf(found.index))
  return { imports: imports.sort((a, b) => a.line - b.line), computed }
}
