/** Something wrong in a configuration. `property` is a dotted path (`ue_db[0].K`), empty for the language itself. */
export type Problem = { file: string; line: number; column: number; property: string; message: string }

export const printProblem = ({ file, line, column, property, message }: Problem): string =>
  `${file}:${line}:${column}: ${property === '' ? '' : `${property}: `}${message}`
