import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { agreeTo, browserOffer } from './browser-sdp.ts'
import {
  sampleBook,
  sampleHistory,
  sampleLamps,
  sampleMailbox,
  samplePerson,
  sampleTexts,
} from './phone-sample.ts'

/** The page of web/dist and a server of few words behind it: the JSON dialect without a network and without sound. */
export type PhoneServer = {
  url: string
  /** Every command of the page. */
  heard: Record<string, unknown>[]
  say(event: Record<string, unknown>): void
  ring(options?: { from?: string; disp?: string; video?: boolean }): void
  /** Drops the channel, as a bad network does. */
  drop(): void
  close(): Promise<void>
}

const DIST = join(import.meta.dirname, '../../web/dist')
const TYPES: Record<string, string> = {
  ...{ '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' },
  ...{ '.png': 'image/png', '.webmanifest': 'application/manifest+json' },
}
const FEATURES = {
  ...{ record: true, mailbox: true, messages: true, transfer: true, video: true, conference: false },
}

/** A second of silence, so that a player has something to play. */
const wav = (): Buffer => {
  const data = Buffer.alloc(16_000)
  const head = Buffer.alloc(44)
  head.write('RIFF')
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  for (const [at, value] of [
    [16, 16],
    [24, 8000],
    [28, 16_000],
    [40, data.length],
  ] as const)
    head.writeUInt32LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    head.writeUInt16LE(value, at)
  head.write('data', 36)
  return Buffer.concat([head, data])
}

export type PhoneServerOptions = { loggedIn?: boolean; password?: string; empty?: boolean }

export const startPhoneServer = async (options: PhoneServerOptions = {}): Promise<PhoneServer> => {
  const { password = 'wonder', empty = false } = options
  let loggedIn = options.loggedIn ?? true
  const heard: PhoneServer['heard'] = []
  let socket: WebSocket | undefined
  let made = 0
  const say = (pdu: Record<string, unknown>) => socket?.send(JSON.stringify(pdu))

  const api: Record<string, (body: Record<string, unknown>, query: URLSearchParams) => unknown> = {
    'POST login': ({ password: given }) => {
      if (given !== password) return undefined
      loggedIn = true
      return samplePerson
    },
    'POST logout': () => {
      loggedIn = false
      return {}
    },
    'GET me': () => samplePerson,
    'POST token': () => ({ token: 'once', expiresS: 60 }),
    'GET config': () => ({
      ...{ ws: [url.replace('http', 'ws')], video: { width: 640, height: 480 }, echo: '600' },
      ...{ maxBlf: 200, push: null, version: '0.1.0' },
    }),
    'GET phone-book': () => (empty ? { groups: [] } : sampleBook),
    'GET history': (_, query) => {
      const { calls, next } = sampleHistory(Date.now())
      const q = (query.get('q') ?? '').toLowerCase()
      const fits = (call: { name: string; with: string }) =>
        `${call.name}${call.with}`.toLowerCase().includes(q)
      return { calls: empty ? [] : calls.filter(fits), next }
    },
    'GET conversations': () => ({
      conversations: Object.entries(empty ? {} : sampleTexts(Date.now()))
        .map(([other, texts]) => ({
          with: other,
          name: '',
          last: texts.at(-1),
          unread: other.startsWith('+') ? 1 : 0,
        }))
        .sort((a, b) => (b.last?.atMs ?? 0) - (a.last?.atMs ?? 0)),
    }),
    'GET messages': (_, query) => ({
      messages: [...(sampleTexts(Date.now())[query.get('with') ?? ''] ?? [])].reverse(),
      next: null,
    }),
    'GET mailbox': () => (empty ? { messages: [] } : sampleMailbox(Date.now())),
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const answer = (status: number, type: string, body: string | Buffer) =>
      response.writeHead(status, { 'content-type': type }).end(body)
    if (pathname === '/phone/api/mailbox/greeting' && request.method === 'GET')
      return answer(404, 'text/plain', '')
    if (pathname.startsWith('/phone/api/')) {
      if (pathname.endsWith('/audio')) return answer(200, 'audio/wav', wav())
      let text = ''
      for await (const part of request) text += part
      const name = `${request.method} ${pathname.slice('/phone/api/'.length)}`
      const open = name === 'POST login' || loggedIn
      const value = open ? (api[name] ?? (() => ({})))(JSON.parse(text || '{}'), searchParams) : undefined
      return answer(
        value === undefined ? 401 : 200,
        'application/json',
        JSON.stringify(value ?? { title: 'No.' }),
      )
    }
    const path = pathname.replace(/^\/(phone\/)?/, '') || 'index.html'
    try {
      answer(200, TYPES[extname(path)] ?? 'application/octet-stream', readFileSync(join(DIST, path)))
    } catch {
      answer(404, 'text/plain', 'nothing here')
    }
  }

  const commands: Record<number, (command: Record<string, unknown>) => Record<string, unknown> | undefined> =
    {
      1001: () => ({
        ...{ resume: 'r', graceS: 90, cids: [], tel: samplePerson.tel, name: samplePerson.name },
        ...{ features: FEATURES, limits: { blf: 200 } },
      }),
      1003: () => ({ cid: `c${++made}` }),
      1007: ({ type }) => ((type as number) > 4 ? { code: -2 } : {}),
      1008: () => ({ cid2: `c${++made}` }),
    }

  /** What follows an answer, as a server with a willing far end tells it. */
  const follow = (command: Record<string, unknown>, answer: Record<string, unknown>) => {
    const cid = command.cid ?? answer.cid
    const { op, type, sdp } = command
    if (op === 1001) {
      say({ op: 9001, state: 0 })
      if (!empty) say({ op: 9011, new: 1, old: 1, newUrgent: 0, oldUrgent: 0, exact: true })
    } else if (op === 1003) say({ op: 9004, cid, state: 1 })
    else if (op === 1008) say({ op: 9007, cid, cid2: answer.cid2, state: 2 })
    else if (op === 1007 && type === 1) say({ op: 9004, cid, state: 3 })
    else if (op === 1007 && type === 2) say({ op: 9004, cid, state: 2 })
    else if (op === 1013) say({ op: 9014, cid, rec: command.rec })
    else if (op === 1010 && command.cid) say({ op: 9004, cid, state: 0, cause: 200 })
    else if (op === 1015) say({ op: 9004, cid, state: 0, cause: 200 })
    else if (op === 1009) say({ op: 9006, mid: command.mid, id: `t${++made}`, code: 0, state: 'delivered' })
    else if (op === 1014 && command.blf === 1)
      for (const ext of command.ext as string[])
        say({ op: 9012, ext, state: 0, lamp: 'idle', ...sampleLamps[ext] })
    if (typeof sdp === 'string' && op !== 1004) {
      say({ op: 9003, cid, kind: 'answer', sdp: agreeTo(sdp) })
      if (op === 1003 && command.to !== '1004') say({ op: 9004, cid, state: 2 })
    }
  }

  const http = createServer((request, response) => void serve(request, response))
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'web-call-protocol' })
  sockets.on('connection', (fresh) => {
    socket = fresh
    fresh.on('message', (data) => {
      const command = JSON.parse(String(data))
      heard.push(command)
      const answer = commands[command.op]?.(command) ?? {}
      if (command.op !== 1017 && command.op !== 1018)
        say({ op: command.op + 1000, seq: command.seq, code: 0, ...answer })
      follow(command, answer)
    })
  })
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`

  return {
    ...{ url: `${url}/phone/`, heard, say },
    ring: ({ from = '1002', disp = 'Bob Stone', video = false } = {}) =>
      say({ op: 9002, cid: `c${++made}`, from, disp, to: '1001', sdp: browserOffer({ video }), video }),
    drop: () => socket?.terminate(),
    close: async () => {
      for (const one of sockets.clients) one.terminate()
      http.closeAllConnections()
      await new Promise((done) => http.close(done))
    },
  }
}
