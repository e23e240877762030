export { type CipherKey, decipher, encipher, type LegacyCipher } from './cipher.ts'
export { type Dialect, type DialectName, dialectOf, JSON_DIALECT, LINES, SUBPROTOCOL } from './dialects.ts'
export { MOST_OCTETS } from './frame.ts'
export type * from './pdu.ts'
