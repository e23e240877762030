import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { silentLog } from '#lib/log'
import type { MessageLink } from '#lib/message-link'
import { openWebCall, type WebCallOptions } from './web-call.ts'
import { openWire } from './wire.ts'

const host = '127.0.0.1'
const SUB = 'web-call-protocol'

const open = async (more: Partial<WebCallOptions> = {}) => {
  const links: MessageLink[] = []
  const heard: string[] = []
  const opened = await openWebCall({
    listeners: [{ at: { address: host, port: 0 }, secure: false }],
    ...{ subprotocol: SUB, log: silentLog, allowOrigin: () => true, admit: () => true },
    onLink: (link) => {
      links.push(link)
      return { onMessage: (text) => heard.push(text), onClose: () => heard.push('closed') }
    },
    ...more,
  })
  if (!opened.ok) throw new Error(opened.error.message)
  const url = `ws://${host}:${opened.value.bound[0]?.at.port}/2082`
  return { ...opened.value, links, heard, url }
}

const refused = async (url: string, protocols: string[], origin?: string): Promise<number> => {
  const socket = new WebSocket(url, protocols, origin === undefined ? {} : { origin })
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  socket.terminate()
  return response.statusCode
}
const heardBy = async (heard: string[], count: number): Promise<void> => {
  while (heard.length < count) await new Promise((resume) => setTimeout(resume, 2))
}

test('text and binary messages come, at any path; what is said goes back', async () => {
  const door = await open()
  const client = new WebSocket(door.url, [SUB])
  await once(client, 'open')
  assert.equal(client.protocol, SUB)
  client.send('op=1000\n')
  client.send(Buffer.from('op=1009\nmsg=é'))
  await heardBy(door.heard, 2)
  assert.deepEqual(door.heard, ['op=1000\n', 'op=1009\nmsg=é'])
  door.links[0]?.send('op=2000\n')
  const [said] = await once(client, 'message')
  assert.equal(String(said), 'op=2000\n')
  client.terminate()
  await heardBy(door.heard, 3)
  await door.close()
})

test('who asks for no subprotocol is told which there are', async () => {
  const door = await open()
  const socket = new WebSocket(door.url)
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  const words = await text(response)
  assert.deepEqual([response.statusCode, Number(response.headers['content-length'])], [400, words.length])
  assert.equal(words, `A WebSocket has to ask for a subprotocol here: ${SUB}.\n`)
  socket.terminate()
  await door.close()
})

test('others are turned away: another subprotocol, a foreign page, who is not wanted', async () => {
  const door = await open({
    allowOrigin: (origin) => origin !== 'https://evil.example',
    admit: (address) => address !== 'nobody',
  })
  assert.equal(await refused(door.url, ['chat']), 400)
  assert.equal(await refused(door.url, [SUB], 'https://evil.example'), 403)
  await door.close()
  const shut = await open({ admit: () => false })
  assert.equal(await refused(shut.url, [SUB]), 429)
  await shut.close()
})

test('connections that ask for nothing count as well', async () => {
  const door = await open({ perSource: 3 })
  const { port } = new URL(door.url)
  const silent = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const socket = connect(Number(port), host)
      await once(socket, 'connect')
      return socket
    }),
  )
  const more = connect(Number(port), host).on('error', () => {})
  await once(more.resume(), 'close')
  silent[0]?.destroy()
  const comesIn = (): Promise<boolean> =>
    new Promise((resolve) => {
      const client = new WebSocket(door.url, [SUB])
      client.once('open', () => {
        client.terminate()
        resolve(true)
      })
      client.once('error', () => resolve(false))
    })
  while (!(await comesIn())) await new Promise((resume) => setTimeout(resume, 2))
  for (const socket of silent) socket.destroy()
  await door.close()
})

test('a message that is too long ends its connection', async () => {
  const door = await open()
  const client = new WebSocket(door.url, [SUB])
  await once(client, 'open')
  client.send('x'.repeat(65 * 1024))
  const [code] = await once(client, 'close')
  assert.equal(code, 1009)
  await door.close()
})

test('who answers no pings is gone after the second one; who does not read is cut', async () => {
  const door = await open({ pingMs: 20 })
  const dumb = new WebSocket(door.url, [SUB], { autoPong: false })
  const alive = new WebSocket(door.url, [SUB])
  await Promise.all([once(dumb, 'open'), once(alive, 'open')])
  await once(dumb, 'close')
  assert.equal(alive.readyState, WebSocket.OPEN)
  const link = door.links.find((one) => one.open)
  alive.pause()
  let taken = 0
  while (link?.send('x'.repeat(64 * 1024)) && taken < 1000) {
    taken++
    await new Promise((resume) => setImmediate(resume))
  }
  assert.equal(taken < 1000, true)
  alive.terminate()
  await door.close()
})

test('what was sent is proven by a pong behind it; who gives none is cut, and it is not', async () => {
  const door = await open({ pingMs: 1500 })
  const alive = new WebSocket(door.url, [SUB])
  await once(alive, 'open')
  const lazy = new WebSocket(door.url, [SUB], { autoPong: false })
  await once(lazy, 'open')
  const dumb = new WebSocket(door.url, [SUB], { autoPong: false })
  await once(dumb, 'open')
  while (door.links.length < 3) await new Promise((resume) => setTimeout(resume, 2))
  const proofs = door.links.map((link) => link.proven())
  // One pong for all pings before it, RFC 6455 §5.5.3; one of before proves nothing.
  lazy.pong('0')
  const late = door.links[1]?.proven()
  // What answers no ping of ours is allowed too, and proves nothing either: RFC 6455 §5.5.3.
  for (const word of ['', 'me too', '99', '1.5', '1e999']) dumb.pong(word)
  lazy.on('ping', (octets) => Number(String(octets)) > 1 && lazy.pong(octets))
  assert.deepEqual(await Promise.all([...proofs, late]), [true, true, false, true])
  assert.equal(await door.links[2]?.proven(), false)
  assert.equal(door.links[2]?.open, false)
  for (const one of [alive, lazy, dumb]) one.terminate()
  await door.close()
})

test('a fault in what one message does ends that connection only', async () => {
  const door = await open({
    onLink: () => ({
      onMessage: () => {
        throw new Error('a bug')
      },
      onClose: () => {},
    }),
  })
  const client = new WebSocket(door.url, [SUB])
  await once(client, 'open')
  client.send('x')
  await once(client, 'close')
  const other = new WebSocket(door.url, [SUB])
  await once(other, 'open')
  other.terminate()
  await door.close()
})

test('SIP is answered on the same port', async () => {
  const wire = await openWire({
    listeners: [{ transports: { udp: { address: host, port: 0 } } }],
    log: silentLog,
  })
  assert.ok(wire.ok)
  const pieces: string[] = []
  wire.value.start({ onData: (_flow, octets) => pieces.push(octets.toString()), onClose: () => {} })
  const door = await open({ wire: wire.value })
  const phone = new WebSocket(door.url, ['sip'])
  await once(phone, 'open')
  assert.equal(phone.protocol, 'sip')
  phone.send('OPTIONS')
  await heardBy(pieces, 1)
  const page = new WebSocket(door.url, [SUB])
  await once(page, 'open')
  assert.equal(await refused(door.url, ['chat']), 400)
  phone.terminate()
  page.terminate()
  await Promise.all([door.close(), wire.value.close()])
})

test('a page that goes says so; what is lost, or closed by us, says nothing', async () => {
  const codes: (number | undefined)[] = []
  const door = await open({
    onLink: (link) => ({
      onMessage: () => link.close(1001),
      onClose: (code) => codes.push(code),
    }),
  })
  const leave: ((client: WebSocket) => void)[] = [
    (client) => client.close(1001),
    (client) => client.close(),
    (client) => client.terminate(),
    (client) => client.send('close me'),
  ]
  for (const [at, how] of leave.entries()) {
    const client = new WebSocket(door.url, [SUB])
    await once(client, 'open')
    how(client)
    while (codes.length <= at) await new Promise((resume) => setTimeout(resume, 2))
  }
  assert.deepEqual(codes, [1001, undefined, undefined, undefined])
  await door.close()
})

test('close tells clients that the house goes away', async () => {
  const door = await open()
  const client = new WebSocket(door.url, [SUB])
  await once(client, 'open')
  const [[code]] = await Promise.all([once(client, 'close'), door.close()])
  assert.equal(code, 1001)
})
