/** Cursors are opaque to callers; undefined when the text is none of ours. */
export const cursorOf = (...parts: string[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url')
export const partsOf = (cursor: string): string[] | undefined => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : undefined
  } catch {
    return undefined
  }
}
