/** The digit in an INFO, as phones send them that do not make them in their media; undefined: there is none. */
export const digitIn = (contentType: string, body: Uint8Array): string | undefined => {
  if (!/^application\/dtmf/i.test(contentType)) return undefined
  const text = new TextDecoder('latin1').decode(body.subarray(0, 100))
  return /^(?:\s*signal\s*=)?\s*([0-9A-D*#])/i.exec(text)?.[1]
}
