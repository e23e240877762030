import { fromHex } from '#lib/bytes'

/** As commander gives them: texts, or true for what has no value. */
export type UeOptions = { [name: string]: string | boolean | undefined }

/** The spelling on the command line: resLen is --res-len. */
export const flagOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Collects what is wrong, so that all of it is told at once. */
export const createReader = (options: UeOptions) => {
  const problems: string[] = []
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const number = (name: string, least: number, most: number): number | undefined => {
    const value = text(name)
    if (value === undefined) return undefined
    const read = Number(value)
    if (value.trim() !== '' && read >= least && read <= most) return read
    problems.push(`--${flagOf(name)}: expected a number from ${least} to ${most}`)
    return undefined
  }
  const hex = (name: string): Uint8Array | undefined => {
    const value = text(name)
    const bytes = value === undefined ? undefined : fromHex(value)
    if (value !== undefined && !bytes) problems.push(`--${name}: expected hexadecimal digits`)
    return bytes
  }
  const word = <W extends string>(name: string, words: readonly W[]): W | undefined => {
    const value = text(name)
    const found = words.find((one) => one.toLowerCase() === value?.toLowerCase())
    if (value !== undefined && !found) problems.push(`--${name}: expected ${words.join(', ')}`)
    return found
  }
  return { problems, text, number, hex, word }
}
export type Reader = ReturnType<typeof createReader>
