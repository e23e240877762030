import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Library, Sound, SoundQuery } from '#core'
import { cursorOf, partsOf } from '../../rest/cursors.ts'
import { sendProblem } from '../../rest/problems.ts'
import { type Admitted, admitPhone } from '../access.ts'
import { limitOf, queryOf } from '../api.ts'
import { nameOfPartner, partnerOf } from '../people.ts'
import type { PhonePorts } from '../ports.ts'
import { sendAudio } from './audio.ts'
import type { PhoneSounds } from './contract.ts'

const BASE = '/phone/api'
/** Two minutes of what a browser records, without loss. */
const MOST_GREETING = 24 * 1024 * 1024
/** At once, of all users: each is in memory as a whole. */
const MOST_UPLOADS = 4
const GREETING_FAULTS = {
  'no-wav': 'a WAV file of 16 bit is needed',
  'too-long': 'two minutes are the most',
}
const HEARD = {
  body: { type: 'object', required: ['heard'], properties: { heard: { type: 'boolean' } } },
}

type Handle = (request: FastifyRequest, reply: FastifyReply, who: Admitted, id: string) => unknown

const viewOf = (sound: Sound, { user }: Admitted, ports: PhonePorts) => {
  const other = sound.with === '' ? '' : partnerOf(sound.with, user, ports.subscribers)
  const name = nameOfPartner(other, user, ports.book) || sound.name
  return { id: sound.id, other, name, atMs: sound.atMs, ms: sound.ms }
}

/** A page and its cursor; undefined: the cursor is not valid. */
const pageOf = async (
  list: (query: Omit<SoundQuery, 'kind'>) => Promise<Sound[]>,
  impi: string,
  request: FastifyRequest,
): Promise<{ items: Sound[]; next?: string } | undefined> => {
  const query = queryOf(request)
  const limit = limitOf(query)
  const [at, id] = (query.before === undefined ? undefined : partsOf(query.before)) ?? []
  if (query.before !== undefined && (id === undefined || !/^\d{1,15}$/.test(at ?? ''))) return undefined
  const before = id === undefined ? {} : { before: { atMs: Number(at), id } }
  const items = await list({ impi, limit: limit + 1, ...before })
  if (items.length <= limit) return { items }
  const last = items[limit - 1] as Sound
  return { items: items.slice(0, limit), next: cursorOf(`${last.atMs}`, last.id) }
}

/** Recordings and the mailbox: docs/protocols/web-phone.md. */
export const mountSounds = (app: FastifyInstance, ports: PhonePorts): void => {
  const { sounds } = ports
  let uploads = 0
  const own = (method: 'GET' | 'PUT' | 'PATCH' | 'DELETE', path: string, handle: Handle, schema = {}) =>
    app.route({
      ...{ method, url: BASE + path, schema, bodyLimit: MOST_GREETING },
      onRequest: (request, reply, done) => {
        // Nobody sends megabytes before it is known who sends them.
        request.phone = admitPhone(request, reply, ports)
        if (!request.phone) return
        if (method !== 'PUT') return done()
        if (uploads >= MOST_UPLOADS) {
          sendProblem(reply.header('retry-after', 5), 503, 'others send theirs: try again in a moment')
          return
        }
        uploads++
        reply.raw.once('close', () => uploads--)
        done()
      },
      handler: (request, reply) =>
        handle(request, reply, request.phone as Admitted, (request.params as { id?: string }).id ?? ''),
    })
  const gone = (reply: FastifyReply) => sendProblem(reply, 404, 'there is no such sound')

  if (sounds) mountRecordings(own, gone, sounds.recordings, ports)
  if (sounds?.mailbox) {
    mountMailbox(own, gone, sounds.mailbox, ports)
    mountGreeting(own, sounds.mailbox)
  } else
    for (const path of ['/mailbox', '/mailbox/greeting'])
      own('GET', path, (_request, reply) => sendProblem(reply, 404, 'there are no mailboxes here'))
}

type Own = (
  method: 'GET' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  handle: Handle,
  schema?: object,
) => unknown
type Gone = (reply: FastifyReply) => FastifyReply

const audioOf =
  ({ get, fileOf }: Pick<Library, 'get' | 'fileOf'>, gone: Gone): Handle =>
  async (request, reply, { user }, id) => {
    const sound = await get(user.impi, id)
    return sound ? sendAudio(request, reply, await fileOf(sound), sound.type) : gone(reply)
  }
const removalOf =
  ({ remove }: Pick<Library, 'remove'>, gone: Gone): Handle =>
  async (_request, reply, { user }, id) =>
    (await remove(user.impi, id)) ? reply.code(204).send() : gone(reply)

const mountRecordings = (
  own: Own,
  gone: Gone,
  recordings: PhoneSounds['recordings'],
  ports: PhonePorts,
): void => {
  own('GET', '/recordings', async (request, reply, who) => {
    const page = await pageOf(recordings.list, who.user.impi, request)
    if (!page) return sendProblem(reply, 400, 'before: no cursor of this server')
    const { items, ...next } = page
    const views = items.map((sound) => {
      const { other, ...view } = viewOf(sound, who, ports)
      const voice = sound.voice && { voice: sound.voice }
      return { ...view, with: other, call: sound.call, type: sound.type, ...voice }
    })
    return { recordings: views, ...next }
  })
  own('GET', '/recordings/:id/audio', audioOf(recordings, gone))
  own('DELETE', '/recordings/:id', removalOf(recordings, gone))
}

const mountMailbox = (
  own: Own,
  gone: Gone,
  mailbox: NonNullable<PhoneSounds['mailbox']>,
  ports: PhonePorts,
): void => {
  own('GET', '/mailbox', async (request, reply, who) => {
    const page = await pageOf(mailbox.list, who.user.impi, request)
    if (!page) return sendProblem(reply, 400, 'before: no cursor of this server')
    const { items, ...next } = page
    const messages = items.map((sound) => {
      const { other, ...view } = viewOf(sound, who, ports)
      return { ...view, from: other, heard: sound.heard, urgent: sound.urgent }
    })
    return { messages, ...next }
  })
  own('GET', '/mailbox/:id/audio', audioOf(mailbox, gone))
  own('DELETE', '/mailbox/:id', removalOf(mailbox, gone))
  const mark: Handle = async (request, reply, { user }, id) => {
    const { heard } = request.body as { heard: boolean }
    return (await mailbox.mark(user.impi, id, heard)) ? reply.code(204).send() : gone(reply)
  }
  own('PATCH', '/mailbox/:id', mark, HEARD)
}

const mountGreeting = (own: Own, { greeting }: NonNullable<PhoneSounds['mailbox']>): void => {
  own('GET', '/mailbox/greeting', async (request, reply, { user }) => {
    const path = await greeting.of(user.impi)
    if (path === undefined) return sendProblem(reply, 404, 'you have no greeting of your own')
    return sendAudio(request, reply, path, 'audio/wav')
  })
  own('PUT', '/mailbox/greeting', async (request, reply, { user }) => {
    if (!Buffer.isBuffer(request.body)) return sendProblem(reply, 415, 'send audio/wav')
    const kept = await greeting.put(user.impi, request.body)
    return kept.ok ? reply.code(204).send() : sendProblem(reply, 422, GREETING_FAULTS[kept.error])
  })
  own('DELETE', '/mailbox/greeting', async (_request, reply, { user }) => {
    await greeting.remove(user.impi)
    return reply.code(204).send()
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is logged in at the phone, where that was asked first. */
    phone: Admitted | undefined
  }
}
