/**
 * FNV-1a, 32 bits, unsigned: tells texts apart where nobody gains by making two alike. `before`: what it gave for the text
 * in front of this one.
 */
export const hash32 = (text: string, before = 0x811c9dc5): number => {
  let value = before
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** The same short name for the same text always, of letters and digits; 64 bits. */
export const nameOfText = (text: string): string => {
  let other = 0x01000193
  for (let i = 0; i < text.length; i++) other = Math.imul(other ^ (text.charCodeAt(i) + i), 0x01000193)
  return hash32(text).toString(36) + (other >>> 0).toString(36)
}
