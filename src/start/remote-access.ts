import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '#lib/random'
import { keptSecret, textOf } from './kept-secret.ts'

/**
 * How this machine's own user comes into the remote API of a running server: kept in the data folder, so that
 * `tandem api` needs to be told nothing.
 */
export type RemoteAccess = {
  url: string
  key?: string
  /** PEM files: the server's certificate, and what to show where it asks for one. */
  certificate?: string
  clientCertificate?: string
  clientKey?: string
}

const ACCESS = 'remote-api.json'
const KEY = 'com_auth.key'
const PRIVATE = { mode: 0o600 }

/** The key of a server that was given none: made once, and kept beside its other secrets. */
export const ensureRemoteKey = (dataDir: string, random: Random): { key: string; file: string } => {
  const { secret, file } = keptSecret(dataDir, KEY, () => random.token(32))
  return { key: secret, file }
}

/** Gives what removes it again. */
export const writeRemoteAccess = (dataDir: string, access: RemoteAccess): (() => void) => {
  const file = join(dataDir, ACCESS)
  rmSync(file, { force: true })
  writeFileSync(file, `${JSON.stringify(access, null, 1)}\n`, PRIVATE)
  return () => rmSync(file, { force: true })
}

/** Undefined: no server with a remote API runs in that folder. */
export const readRemoteAccess = (dataDir: string): RemoteAccess | undefined => {
  try {
    const access = JSON.parse(textOf(join(dataDir, ACCESS)) ?? 'null') as RemoteAccess | null
    return typeof access?.url === 'string' ? access : undefined
  } catch {
    return undefined
  }
}
