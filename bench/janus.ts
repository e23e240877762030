import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'

type Message = Record<string, unknown> & { transaction?: string; sender?: number }

/** A telephone that answers every call at once: the user it is called by is its port for sound. */
const startPhone = async (onInvite: (user: string, sdp: string) => void) => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address() as AddressInfo
  socket.on('message', (octets, from) => {
    const text = octets.toString('latin1')
    const [head = '', body = ''] = text.split('\r\n\r\n', 2)
    const user = /^INVITE sip:(\d+)@/.exec(head)?.[1]
    if (user === undefined && !/^BYE /.test(head)) return
    const copied = head.split('\r\n').filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line))
    const to = /^To:.*$/im.exec(head)?.[0] ?? 'To: <sip:x@127.0.0.1>'
    const tagged = to.includes(';tag=') ? to : `${to};tag=phone`
    const sdp = user
      ? `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${user} RTP/AVP 0\r\n`
      : ''
    if (user) onInvite(user, body)
    const lines = ['SIP/2.0 200 OK', ...copied, tagged, `Contact: <sip:x@127.0.0.1:${port}>`]
    if (sdp) lines.push('Content-Type: application/sdp')
    socket.send([...lines, `Content-Length: ${sdp.length}`, '', sdp].join('\r\n'), from.port, from.address)
  })
  return { port, close: () => socket.close() }
}

/** Janus by its WebSocket, as far as its SIP plugin needs: guests who call a telephone. */
export const connectJanus = async (url: string) => {
  const socket = new WebSocket(url, 'janus-protocol')
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve())
    socket.on('error', reject)
  })
  const waiting = new Map<string, (message: Message) => void>()
  const listeners = new Map<number, (message: Message) => void>()
  const invites = new Map<string, string>()
  const phone = await startPhone((user, sdp) => invites.set(user, sdp))
  let serial = 0

  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message
    const answer = message.transaction === undefined ? undefined : waiting.get(message.transaction)
    if (answer && message.janus !== 'ack') {
      waiting.delete(message.transaction as string)
      answer(message)
    } else if (message.sender !== undefined) listeners.get(message.sender)?.(message)
  })

  const ask = (message: Message): Promise<Message> =>
    new Promise((resolve) => {
      const transaction = `t${++serial}`
      waiting.set(transaction, resolve)
      socket.send(JSON.stringify({ ...message, transaction }))
    })
  const idOf = (message: Message): number => (message.data as { id: number }).id

  const session = idOf(await ask({ janus: 'create' }))
  const alive = setInterval(
    () =>
      socket.send(JSON.stringify({ janus: 'keepalive', session_id: session, transaction: `k${++serial}` })),
    20_000,
  )

  const call = async (sdp: string, ports: number[]): Promise<{ answer: string; towards: number[] }> => {
    const handle = idOf(await ask({ janus: 'attach', plugin: 'janus.plugin.sip', session_id: session }))
    const at = { session_id: session, handle_id: handle }
    const heard = new Promise<string>((resolve, reject) => {
      listeners.set(handle, (message) => {
        const { jsep, plugindata } = message as {
          jsep?: { sdp: string }
          plugindata?: { data: { result?: { event: string }; error?: string } }
        }
        if (jsep) resolve(jsep.sdp)
        else if (plugindata?.data.error || plugindata?.data.result?.event === 'hangup')
          reject(new Error(JSON.stringify(plugindata.data)))
      })
    })
    const user = `${ports[0]}`
    const register = { request: 'register', type: 'guest', username: `sip:web${user}@127.0.0.1` }
    await ask({ janus: 'message', ...at, body: register })
    await ask({
      janus: 'message',
      ...at,
      body: { request: 'call', uri: `sip:${user}@127.0.0.1:${phone.port}` },
      jsep: { type: 'offer', sdp },
    })
    const answer = await heard
    const towards = [...(invites.get(user) ?? '').matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port))
    return { answer, towards }
  }

  return {
    call,
    close: () => {
      clearInterval(alive)
      socket.close()
      phone.close()
    },
  }
}
