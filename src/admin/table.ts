import { harmless } from '#lib/harmless'

/** Aligned columns, two spaces between them, plain text, with or without a head; what came from outside cannot move the cursor. */
export const tableOf = (
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): string => {
  const cells = [...(head ? [head] : []), ...rows.map((row) => row.map(harmless))]
  const widths = (cells[0] ?? []).map((_, column) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd()
  return cells.map(line).join('\n')
}

/** Characters as a person counts them; East Asian wide ones may still be off by one. */
const widthOf = (text: string): number => [...text].length

/** 59 s, 4:05, 1:00:00. */
export const spanOf = (ms: number): string => {
  const s = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  if (s < 60) return `${s} s`
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}
