import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { limitCrowd } from './crowd.ts'

for (const isExempt of [false, true])
  test(`one address has so many connections, ${isExempt ? 'but for one’s own proxy' : 'and no more'}`, async () => {
    const server = createServer()
    limitCrowd(server, () => isExempt, { ofOne: 3, inAll: 10 })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const come = async (): Promise<Socket> => {
      const [accepted, socket] = [once(server, 'connection'), connect(port, '127.0.0.1')]
      socket.on('error', () => {})
      await accepted
      return socket
    }
    const all = [await come(), await come(), await come()]
    const more = await come()
    if (isExempt) more.destroy()
    else await once(more.resume(), 'close')
    all[0]?.end()
    await once((all[0] as Socket).resume(), 'close')
    const again = await come()
    again.write('x')
    assert.equal(again.destroyed, false)
    for (const one of [...all, again]) one.destroy()
    server.close()
    await once(server, 'close')
  })
