import { createCipheriv, createDecipheriv } from 'node:crypto'
import { err, ok, type Result } from '#lib/result'

/** How old clients hide the password: a block cipher without chaining, padded with zeros, in hexadecimal. */
export type LegacyCipher = 'aes128ecb' | 'des'

/** `key` is the operator's word for the manual's KEY. */
export type CipherKey = { cipher: LegacyCipher; key: string; nonce: string; tel: string }

const MOST_HEX = 512

/** One octet a character; the key's text is cut, or filled with blanks: 16 characters for AES, 8 of the same for DES. */
const keyText = ({ key, nonce, tel }: CipherKey): string => `${key}${nonce}${tel}`.slice(0, 16).padEnd(16)

/** Single DES is left out of OpenSSL's usual set; three times the same key makes triple DES just that. */
const nameAndKey = (wish: CipherKey): [name: string, key: Buffer, block: number] => {
  if (wish.cipher === 'aes128ecb') return ['aes-128-ecb', Buffer.from(keyText(wish), 'latin1'), 16]
  const single = Buffer.from(keyText(wish).slice(0, 8), 'latin1')
  return ['des-ede3', Buffer.concat([single, single, single]), 8]
}

/** As a client does it: for simulators and tests. */
export const encipher = (password: string, wish: CipherKey): string => {
  const [name, key, block] = nameAndKey(wish)
  const octets = Buffer.from(password, 'latin1')
  const padded = Buffer.alloc(Math.ceil(octets.length / block) * block)
  octets.copy(padded)
  const cipher = createCipheriv(name, key, null).setAutoPadding(false)
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('hex')
}

/** What was hidden, one character an octet. That the key was another shows in the text alone. */
export const decipher = (hex: string, wish: CipherKey): Result<string, 'not-hex' | 'length'> => {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(hex)) return err('not-hex')
  const [name, key, block] = nameAndKey(wish)
  const octets = Buffer.from(hex, 'hex')
  if (octets.length % block !== 0 || hex.length > MOST_HEX) return err('length')
  const cipher = createDecipheriv(name, key, null).setAutoPadding(false)
  const padded = Buffer.concat([cipher.update(octets), cipher.final()])
  return ok(padded.toString('latin1').replace(/\0+$/, ''))
}
