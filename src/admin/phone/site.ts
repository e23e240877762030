import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Site, sendFile } from './files.ts'
import { pageHeaders } from './headers.ts'
import type { PhonePorts } from './ports.ts'

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tandem phone</title>
<h1>The web phone is not built yet</h1>
<p>On the server, in Tandem's folder: <code>npm ci</code>, or <code>node web/build.mjs</code>, then load this page again.</p>
<p>Everything else works: SIP phones, REST, the monitor.</p></html>
`

export const hostOf = (request: FastifyRequest): string => request.headers.host ?? 'localhost'
export const isSecure = (request: FastifyRequest): boolean => request.protocol === 'https'

/** The web phone's own files, at each of `prefixes`; a page is named by no more than its folder. */
export const mountSite = (
  app: FastifyInstance,
  prefixes: readonly string[],
  files: Site,
  { socketUrls }: Pick<PhonePorts, 'socketUrls'>,
): void => {
  const dressed = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const sockets = socketUrls(hostOf(request), isSecure(request))
    return reply.headers(pageHeaders(sockets))
  }
  const sendIndex = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    dressed(request, reply)
    const index = files.get('index.html')
    if (index) return sendFile(request, reply, 'index.html', index)
    return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(NOT_BUILT)
  }
  for (const prefix of prefixes) {
    app.get(prefix, sendIndex)
    // Everything else of this server has a path of its own, which goes before.
    app.get(`${prefix}*`, (request, reply) => {
      const path = (request.params as { '*': string })['*']
      const file = files.get(path)
      return file ? sendFile(request, dressed(request, reply), path, file) : reply.callNotFound()
    })
    // Relative addresses in the page need the folder's own name.
    if (prefix !== '/')
      app.get(prefix.slice(0, -1), (_request, reply) => reply.code(308).redirect(prefix, 308))
  }
}
