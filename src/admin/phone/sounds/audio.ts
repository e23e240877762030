import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from '../../rest/problems.ts'

/** One range of octets, both ends included; undefined: all of it; null: there is no such part. RFC 9110 §14.2. */
export const rangeOf = (
  header: string | undefined,
  size: number,
): { start: number; end: number } | null | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start <= end && start < size ? { start, end } : null
}

/** A file that is the user's own; players ask for parts of it. */
export const sendAudio = async (
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  type: string,
): Promise<FastifyReply> => {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return sendProblem(reply, 404, 'its file is gone')
  const range = rangeOf(request.headers.range, found.size)
  reply.header('accept-ranges', 'bytes').header('cache-control', 'private, no-store').type(type)
  if (range === null) {
    reply.header('content-range', `bytes */${found.size}`)
    return sendProblem(reply, 416, 'there is no such part')
  }
  const { start, end } = range ?? { start: 0, end: found.size - 1 }
  if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${found.size}`)
  reply.header('content-length', Math.max(0, end - start + 1))
  if (found.size === 0) return reply.send('')
  return reply.send(createReadStream(path, { start, end }))
}
