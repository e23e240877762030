import type { Place } from './value.ts'

/** A text read from front to back that knows its line and column. */
export type Text = {
  ended(): boolean
  /** The character `ahead` of the reading point, '' past the end. */
  char(ahead?: number): string
  /** Its UTF-16 code, NaN past the end. */
  code(ahead?: number): number
  place(): Place
  /** Whether only blanks stand before the reading point on its line. */
  first(): boolean
  take(length: number): string
  takeWhile(test: (code: number) => boolean): string
  /** What a sticky expression matches here. */
  takeMatch(sticky: RegExp): string | undefined
  /** Reads to the end of the text: the shape of a `bad` token that swallows all. */
  takeRest(message: string): { text: string; message: string }
  /** Blanks, comments, continued lines; with `onLine` not beyond the line. False: a comment is not closed. */
  skipBlanks(onLine: boolean): boolean
  skipToHash(): boolean
}

const LINE_FEED = 10
const STRING = /"(?:[^"\\\n]|\\[^\n])*"?/y

export const openText = (file: string, text: string): Text => {
  let at = 0
  let line = 1
  let lineStart = 0
  let blank = true
  /** The end of the present line: searched once per line, so that a long line costs no more than a short one. */
  const endFrom = (from: number): number => {
    const feed = text.indexOf('\n', from)
    return feed === -1 ? text.length : feed
  }
  let lineEnd = endFrom(0)
  const moveTo = (end: number): void => {
    while (lineEnd < end) {
      line++
      lineStart = lineEnd + 1
      lineEnd = endFrom(lineStart)
    }
    at = end
  }
  let openComment = false
  const skipComment = (): boolean => {
    const end = openComment ? -1 : text.indexOf('*/', at + 2)
    openComment = end === -1
    if (!openComment) moveTo(end + 2)
    return !openComment
  }
  const take = (length: number): string => {
    const from = at
    blank = false
    moveTo(Math.min(at + length, text.length))
    return text.slice(from, at)
  }
  /** A backslash right before the end of a line that is not the last. */
  const continues = (): boolean =>
    lineEnd < text.length && (lineEnd === at + 1 || (lineEnd === at + 2 && text.charAt(at + 1) === '\r'))
  const skipBlanks = (onLine: boolean): boolean => {
    for (;;) {
      const c = text.charCodeAt(at)
      if (c === LINE_FEED) {
        if (onLine) return true
        moveTo(at + 1)
        blank = true
      } else if (c === 32 || c === 9 || c === 13 || c === 0xa0 || c === 0xfeff || c === 11 || c === 12) at++
      else if (c === 47 && text.charCodeAt(at + 1) === 47) at = lineEnd
      else if (c === 47 && text.charCodeAt(at + 1) === 42) {
        if (!skipComment()) return false
      } else if (c === 92 && continues()) moveTo(lineEnd + 1)
      else return true
    }
  }
  let unclosed = false
  /** Passes one thing of text that is not considered: comments, strings and backquote strings hide a `#`. */
  const skipOne = (): void => {
    const c = text.charAt(at)
    if (c === '"') {
      STRING.lastIndex = at
      at += STRING.exec(text)?.[0].length ?? 1
    } else if (c === '`' && !unclosed) {
      const end = text.indexOf('`', at + 1)
      unclosed = end === -1
      moveTo(unclosed ? at + 1 : end + 1)
    } else at++
    blank = false
  }
  return {
    ended: () => at >= text.length,
    char: (ahead = 0) => text.charAt(at + ahead),
    code: (ahead = 0) => text.charCodeAt(at + ahead),
    place: () => ({ file, line, column: at - lineStart + 1 }),
    first: () => blank,
    take,
    takeWhile: (test) => {
      let end = at
      while (end < text.length && test(text.charCodeAt(end))) end++
      return take(end - at)
    },
    takeMatch: (sticky) => {
      sticky.lastIndex = at
      const match = sticky.exec(text)
      return match ? take(match[0].length) : undefined
    },
    takeRest: (message) => ({ text: take(text.length - at).slice(0, 40), message }),
    skipBlanks,
    skipToHash: () => {
      for (;;) {
        if (!skipBlanks(false)) at++
        else if (at >= text.length) return false
        else if (blank && text.charAt(at) === '#') return true
        else skipOne()
      }
    },
  }
}
