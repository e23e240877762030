import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from '../../rest/problems.ts'
import { phoneCookieOf, refuseBlockedPhone } from '../access.ts'
import { queryOf } from '../api.ts'
import { isOwn, prove, telOf } from '../logins.ts'
import type { PhonePorts } from '../ports.ts'
import type { PhoneUser } from '../sessions.ts'
import { printBook } from './print.ts'

const basicOf = ({ headers }: FastifyRequest): [name: string, password: string] | undefined => {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const clear = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = clear.indexOf(':')
  return colon < 0 ? undefined : [clear.slice(0, colon), clear.slice(colon + 1)]
}

const userOf = async (
  request: FastifyRequest,
  reply: FastifyReply,
  ports: PhonePorts,
): Promise<PhoneUser | undefined> => {
  const basic = basicOf(request)
  if (basic) return prove(...basic, request, reply, ports)
  const token = phoneCookieOf(request)
  const session = token === undefined ? undefined : ports.sessions.find(token)
  if (!session)
    sendProblem(
      reply.header('www-authenticate', 'Basic realm="Tandem", charset="UTF-8"'),
      401,
      'log in first',
    )
  return session?.user
}

/** `GET /getpbook.jsp?pext=EXT`, manual 4.2: to the extension it belongs to. */
export const mountBook = (app: FastifyInstance, ports: PhonePorts): void => {
  app.get('/getpbook.jsp', async (request, reply) => {
    if (refuseBlockedPhone(request, reply, ports)) return reply
    const user = await userOf(request, reply, ports)
    if (!user) return reply
    const { pext } = queryOf(request)
    if (pext !== undefined && !isOwn(user, pext))
      return sendProblem(reply, 403, `pext: ${telOf(user)} may ask for its own phone book only`)
    reply.header('cache-control', 'private, no-cache')
    return reply.type('application/xml; charset=utf-8').send(printBook(ports.book.own()))
  })
}
