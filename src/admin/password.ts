import { type Argon2Parameters, argon2, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Store } from '#core'

/**
 * The first administrator's password. `generated`: in clear, only at the start that made it, to be printed once;
 * `keep` then stores its hash. A start that fails before it could print it must not keep it.
 */
export type Password = {
  generated?: string
  keep(): Promise<void>
  verify(text: string): Promise<'right' | 'wrong' | 'busy'>
  /** Resolves when the new one is kept and holds; `fixed`: the configuration says the password, and only that counts. */
  change(text: string): Promise<'done' | 'fixed'>
  /** A new one of our own making, in clear; undefined where `change` gives `fixed`. */
  renew(): Promise<string | undefined>
  /** Told after each change: who came in with the old one has to go. */
  onChange(hear: () => void): void
}

const SETTING = 'admin.password'
/** OWASP's minimum for Argon2id: 19 MiB, two passes; about 50 ms. */
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
/** Each takes 19 MiB and a thread of the pool that files and names need too. */
const MOST_AT_ONCE = 2
const MOST_WAITING = 16
/** No 0/O, 1/l/I: it is read from a terminal and typed. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

/**
 * `configured` wins and is never stored. Else the hash in the settings counts; when there is none, a password is made
 * and given in clear this once.
 */
export const ensureAdminPassword = async (
  settings: Pick<Store, 'getSetting' | 'setSetting'>,
  configured?: string,
): Promise<Password> => {
  const keep = async (): Promise<void> => {}
  if (configured !== undefined)
    return {
      verify: async (text) => (sameText(text, configured) ? 'right' : 'wrong'),
      keep,
      change: async () => 'fixed',
      renew: async () => undefined,
      onChange: () => {},
    }
  const stored = await settings.getSetting(SETTING)
  const generated = stored === undefined ? fourGroups() : undefined
  const hash = stored ?? (await hashPassword(generated ?? ''))
  let verify = createVerifier(hash)
  const hearers: (() => void)[] = []
  const change = async (text: string): Promise<'done'> => {
    const next = await hashPassword(text)
    await settings.setSetting(SETTING, next)
    verify = createVerifier(next)
    for (const hear of hearers) hear()
    return 'done'
  }
  return {
    ...(generated !== undefined && { generated }),
    verify: (text) => verify(text),
    keep: generated === undefined ? keep : () => settings.setSetting(SETTING, hash),
    change,
    renew: async () => {
      const text = fourGroups()
      await change(text)
      return text
    },
    onChange: (hear) => void hearers.push(hear),
  }
}

/** 16 letters of 32: 80 bits. */
const fourGroups = (): string => {
  const text = Array.from(randomBytes(16), (byte) => LETTERS[byte & 31]).join('')
  return text.replace(/(.{4})(?=.)/g, '$1-')
}

const derive = (parameters: Argon2Parameters): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(key))),
  )

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/** In the PHC string format, so that its cost can be raised later. */
export const hashPassword = async (text: string): Promise<string> => {
  const nonce = randomBytes(16)
  const tag = await derive({ ...COST, message: text, nonce })
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const createVerifier = (hash: string): Password['verify'] => {
  const [, memory, passes, parallelism, salt = '', tag = ''] = PHC.exec(hash) ?? []
  const expected = Buffer.from(tag, 'base64')
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  let running = 0
  const queue: (() => void)[] = []
  return async (text) => {
    if (memory === undefined) return 'wrong'
    if (running >= MOST_AT_ONCE) {
      if (queue.length >= MOST_WAITING) return 'busy'
      await new Promise<void>((resume) => queue.push(resume))
    }
    running++
    try {
      const nonce = Buffer.from(salt, 'base64')
      const found = await derive({ ...cost, tagLength: expected.length, message: text, nonce })
      return timingSafeEqual(found, expected) ? 'right' : 'wrong'
    } finally {
      running--
      queue.shift()?.()
    }
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** In a time that tells nothing of where they differ. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))
