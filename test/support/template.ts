/** Puts values for the `{words}` of a template. A word without a value, or a value without its word, is an error. */
export const fill = (name: string, template: string, words: Record<string, string | number>): string => {
  const used = new Set<string>()
  const text = template.replace(/\{([a-z_]+)\}/g, (_, word: string) => {
    const value = words[word]
    if (value === undefined) throw new Error(`${name} needs the word ${word}`)
    used.add(word)
    return String(value)
  })
  const idle = Object.keys(words).filter((word) => !used.has(word))
  if (idle.length > 0) throw new Error(`${name} does not know ${idle.join(', ')}`)
  return text
}
