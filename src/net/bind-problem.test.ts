import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '#lib/log'
import type { Transport } from '#lib/wire'
import { mustOpen } from '../../test/support/wire-peers.ts'
import { selfSigned } from './certificate.ts'
import { openWire } from './wire.ts'

const tls = await selfSigned(['localhost'])
const open = async (transport: Transport, address: string, port: number, native: boolean) => {
  const listeners = [{ transports: { [transport]: { address, port } } }]
  const opened = await openWire({ listeners, tls, log: silentLog, native })
  if (opened.ok) await opened.value.close()
  return opened.ok ? undefined : opened.error
}

for (const native of [true, false]) {
  for (const transport of ['udp', 'tcp', 'tls', 'ws', 'wss'] as const) {
    test(`${transport} (native: ${native}): a port in use, a foreign address, a name`, async () => {
      const at = { address: '127.0.0.1', port: 0 }
      const first = await mustOpen({ listeners: [{ transports: { [transport]: at } }], tls, native })
      const port = first.bound[0]?.[transport] as number
      const used = await open(transport, '127.0.0.1', port, native)
      assert.deepEqual(
        [used?.transport, used?.address, used?.port, used?.code],
        [transport, '127.0.0.1', port, 'EADDRINUSE'],
      )
      assert.match(used?.message ?? '', /another program listens there/)
      assert.equal((await open(transport, '192.0.2.77', 0, native))?.code, 'EADDRNOTAVAIL')
      assert.equal((await open(transport, 'localhost', 0, native))?.code, 'EADDRESS')
      await first.close()
      assert.equal(await open(transport, '127.0.0.1', port, native), undefined)
    })
  }

  test(`one that fails closes those opened before (native: ${native})`, async () => {
    const probe = await mustOpen({
      listeners: [{ transports: { udp: { address: '127.0.0.1', port: 0 } } }],
      native,
    })
    const port = probe.bound[0]?.udp as number
    await probe.close()
    const failed = await openWire({
      listeners: [
        { transports: { udp: { address: '127.0.0.1', port }, tcp: { address: '192.0.2.77', port } } },
      ],
      log: silentLog,
      native,
    })
    assert.equal(failed.ok ? '' : failed.error.transport, 'tcp')
    assert.equal(await open('udp', '127.0.0.1', port, native), undefined)
  })
}

test('TLS without or with a broken certificate is a problem, not an exception', async () => {
  for (const broken of [undefined, { certificate: 'x', key: 'y' }]) {
    for (const transport of ['tls', 'wss'] as const) {
      const listeners = [{ transports: { [transport]: { address: '127.0.0.1', port: 0 } } }]
      const opened = await openWire({ listeners, log: silentLog, ...(broken ? { tls: broken } : {}) })
      assert.equal(opened.ok ? '' : opened.error.code, 'ECERT')
    }
  }
})
