import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tandem } from './tandem.ts'

/** Text that a device of ours was asked to send. */
export type Taken = { tid: number; to: string; sms: string; from: string }

const read = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const piece of request.setEncoding('utf8')) body += piece
  return body
}

/** The web server of an Ejoin device, written from its manual: takes tasks, and keeps what came in. */
export const anEjoinBox = async () => {
  const taken: Taken[] = []
  const inbox: unknown[] = []
  const wrong: string[] = []
  const box = { taken, inbox, wrong, ssrc: 1, status: undefined as unknown, mute: false }
  const answer = (path: string, query: URLSearchParams, body: string): unknown => {
    if (query.get('username') !== 'root' || query.get('password') !== 'p w')
      return { code: 1, reason: 'user' }
    if (path === '/goip_post_sms.html') {
      const { tasks } = JSON.parse(body) as { tasks: Taken[] }
      taken.push(...tasks)
      return { code: 200, reason: 'OK', status: tasks.map(({ tid }) => ({ tid, status: '0 OK' })) }
    }
    if (path === '/goip_get_status.html') return box.status ?? { code: 7 }
    if (path === '/goip_get_tasks.html') return { code: 0, total_num: 0, tasks: [] }
    if (path === '/goip_send_ussd.html') return { code: 0, resp: `you said ${query.get('ussd')}` }
    if (path !== '/goip_get_sms.html') return { code: 200 }
    const from = Number(query.get('sms_id'))
    const data = inbox.slice(from - 1, from - 1 + Number(query.get('sms_num')))
    return { code: 0, ssrc: box.ssrc, sms_num: data.length, next_sms: from + data.length, data }
  }
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://box')
      if (request.method === 'GET' && request.headers['content-type']) wrong.push('a content type on GET')
      if (!box.mute) response.end(JSON.stringify(answer(url.pathname, url.searchParams, body)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(box, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: (): void => {
      server.closeAllConnections()
      server.close()
    },
  })
}

/** Every text of a house, page by page. */
export const allTexts = async (house: Tandem): Promise<{ text: string }[]> => {
  const found: { text: string }[] = []
  for (let at = ''; ; ) {
    const page = await house.rest<{ items: { text: string }[]; cursor?: string }>(`/messages?limit=200${at}`)
    found.push(...page.items)
    if (page.cursor === undefined) return found
    at = `&cursor=${page.cursor}`
  }
}
