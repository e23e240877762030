import { keptSecret } from './kept-secret.ts'

const FILE = 'push-key.pem'

/**
 * By which push services know this server (RFC 8292), as PEM: made once and kept, since browsers bind what they give us
 * to it.
 */
export const ensurePushKey = (dataDir: string, make: () => string): string =>
  keptSecret(dataDir, FILE, make).secret
