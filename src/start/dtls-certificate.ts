import { readFileSync } from 'node:fs'
import type { Settings } from '#config'
import { keptSecret } from './kept-secret.ts'

const FILE = 'dtls.pem'

/**
 * By which browsers know our media, as PEM: the operator's, else one of our own that is kept over restarts, until `good` has
 * it made anew. Undefined: there are no web phones. Throws when a file cannot be read or written.
 */
export const dtlsTexts = (
  { webphone, data_dir }: Pick<Settings, 'webphone' | 'data_dir'>,
  make: () => string,
  good: (text: string) => boolean,
): { certificate: string; key: string } | undefined => {
  if (!webphone) return undefined
  const { certificate, key } = webphone.dtls
  if (certificate !== undefined && key !== undefined)
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  const { secret } = keptSecret(data_dir, FILE, make, good)
  return { certificate: secret, key: secret }
}
