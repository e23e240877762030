/** Something wrong in a configuration. `property` is a dotted path (`ue_db[0].K`), empty for the language itself. */
export type Problem = { file: string; line: number; column: number; property: string; message: string }

export const printProblem = ({ file, line, column, property, message }: Problem): string =>
  `${file}:${line}:${column}: ${property === '' ? '' : `${property}: `}${message}`

/** Files in the order in which they are first mentioned, then by line and column. */
export const inReadingOrder = <T extends { file: string; line: number; column: number }>(all: T[]): T[] => {
  const files = new Map<string, number>()
  for (const { file } of all) if (!files.has(file)) files.set(file, files.size)
  const rank = ({ file }: T): number => files.get(file) ?? 0
  return all.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column)
}
