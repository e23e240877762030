/** An answer may be a thousand users long; nobody sends more. */
const LONGEST = 4 * 1024 * 1024

/** Cuts a stream of text into lines of JSON. `onValue` gets undefined for a line that is none; `onFlood` ends it. */
export const createLines = (onValue: (value: unknown) => void, onFlood: () => void) => {
  let rest = ''
  return (chunk: string): void => {
    rest += chunk
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST) return onFlood()
    for (const line of lines) onValue(parsed(line))
  }
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
