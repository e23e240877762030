/** Middle, least and greatest of the rounds. */
export type Spread = { median: number; min: number; max: number; rounds: number }

export const spreadOf = (values: number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median =
    sorted.length % 2
      ? (sorted[middle] as number)
      : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
  return { median, min: sorted[0] as number, max: sorted.at(-1) as number, rounds: values.length }
}

/** Round by round, since only adjacent rounds saw the same machine. */
export const ratioOf = (subject: number[], peer: number[]): Spread =>
  spreadOf(subject.map((value, round) => value / (peer[round] as number)))

export const show = ({ median, min, max }: Spread, digits = 1): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`

/** Columns of equal width; the first row is the heading. */
export const table = (rows: string[][]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const print = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`
  const [heading = [], ...body] = rows
  return [
    print(heading),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...body.map(print),
  ].join('\n')
}
