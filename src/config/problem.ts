/**
 * Something wrong in a configuration. `property` is a dotted path (`ue_db[0].K`), empty for the language itself; line 0
 * is the file as a whole. `warning`: alone it would not stop the start, but it may explain what does.
 */
export type Problem = {
  file: string
  line: number
  column: number
  property: string
  message: string
  warning?: true
}

export const printProblem = ({ file, line, column, property, message, warning }: Problem): string => {
  const place = line === 0 ? file : `${file}:${line}:${column}`
  return `${place}: ${warning ? 'warning: ' : ''}${property === '' ? '' : `${property}: `}${message}`
}

/** Files in the order in which they are first mentioned, then by line and column. */
export const inReadingOrder = <T extends { file: string; line: number; column: number }>(all: T[]): T[] => {
  const files = new Map<string, number>()
  for (const { file } of all) if (!files.has(file)) files.set(file, files.size)
  const rank = ({ file }: T): number => files.get(file) ?? 0
  return all.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column)
}
