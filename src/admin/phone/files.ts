import { statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '#lib/clock'

/** `small`: the same compressed, made when somebody first wants it; by a thread, as this one carries calls. */
export type StaticFile = {
  body: Buffer
  small?: Promise<Buffer>
  type: string
  etag: string
  hashed: boolean
}

export const WIDGET = 'click-to-call.js'

/** By path within the folder. */
type Files = ReadonlyMap<string, StaticFile>

/** A built site as it is now. */
export type Site = { get(path: string): StaticFile | undefined }

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.txt': 'text/plain; charset=utf-8',
}
/** As Vite names what never changes under its name: `index-Bx4f9a_Q.js`. */
const HASHED = /[-.][\w-]{8,}\.\w+$/
const MOST_OCTETS = 32 * 1024 * 1024
const WORDS = /^(?:text|application|image\/svg)/
const WORTHWHILE = 1400
const LOOK_MS = 1000

/** In a thread of its own: files are large, and what asks for them also carries calls. */
const digestOf = async (body: Buffer<ArrayBuffer>): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', body)).toString('base64url')

/** A built site, whole in memory: what is not in it cannot be asked for. Undefined where it cannot be read. */
const readSite = async (folder: string): Promise<Files | undefined> => {
  const files = new Map<string, StaticFile>()
  let octets = 0
  const read = async (inner: string): Promise<void> => {
    for (const one of await readdir(join(folder, inner), { withFileTypes: true })) {
      const { name } = one
      const path = inner === '' ? name : `${inner}/${name}`
      if (one.isDirectory()) {
        await read(path)
        continue
      }
      const type = TYPES[extname(name)]
      if (type === undefined) continue
      const body = await readFile(join(folder, path))
      octets += body.length
      if (octets > MOST_OCTETS) return
      // Weak: compressed or not, it is the same page.
      const etag = `W/"${(await digestOf(body)).slice(0, 22)}"`
      files.set(path, { body, type, etag, hashed: path.startsWith('assets/') && HASHED.test(name) })
    }
  }
  try {
    await read('')
    return files
  } catch {
    return undefined
  }
}

/** What a build writes first and last: as long as one is missing, it is under way. */
const MARKS = ['index.html', WIDGET]

const stampOf = (folder: string): string | undefined => {
  try {
    return MARKS.map((name) => statSync(join(folder, name)).mtimeMs).join(' ')
  } catch {
    return undefined
  }
}

/**
 * A built site that is read anew after each build; it is looked for at most once a second, when somebody asks, who is
 * still given the one before. What pages of the build before still name by its hash stays.
 */
export const openSite = async (folder: string, { nowMs }: Pick<Clock, 'nowMs'>): Promise<Site> => {
  let stamp = stampOf(folder)
  let files: Files = (await readSite(folder)) ?? new Map()
  let before: Files = new Map()
  let lookedMs = nowMs()
  let reading = false
  const take = async (now: string): Promise<void> => {
    reading = true
    const found = await readSite(folder)
    reading = false
    // Another build has begun meanwhile: the next look finds it.
    if (!found || stampOf(folder) !== now) return
    stamp = now
    before = files
    files = found
  }
  const look = (): void => {
    if (reading || nowMs() - lookedMs < LOOK_MS) return
    lookedMs = nowMs()
    const now = stampOf(folder)
    if (now !== undefined && now !== stamp) void take(now)
  }
  return {
    get(path) {
      look()
      const old = before.get(path)
      return files.get(path) ?? (old?.hashed ? old : undefined)
    },
  }
}

/** Pages and the service worker are asked for anew each time; what has its hash in its name is kept for ever. */
const cachingOf = (path: string, { hashed, type }: StaticFile): string => {
  if (hashed) return 'public, max-age=31536000, immutable'
  return type.startsWith('text/html') || path.endsWith('sw.js') ? 'no-store' : 'no-cache'
}

const compressed = (octets: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => gzip(octets, (fault, small) => (fault ? reject(fault) : resolve(small))))

export const sendFile = async (
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  file: StaticFile,
): Promise<FastifyReply> => {
  reply.headers({ 'cache-control': cachingOf(path, file), etag: file.etag, vary: 'accept-encoding' })
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  reply.type(file.type)
  const takesGzip = /\bgzip\b/.test(`${request.headers['accept-encoding'] ?? ''}`)
  if (!takesGzip || !WORDS.test(file.type) || file.body.length < WORTHWHILE) return reply.send(file.body)
  file.small ??= compressed(file.body)
  const small = await file.small
  return reply.header('content-encoding', 'gzip').send(small)
}
