import { fork } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createAddressPlan, createEvents, createFleet, type GatewayInbox } from '#core'
import { createGoip, type LineSettings } from '#goip'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { ok } from '#lib/result'
import { createTimers } from '#lib/timers'
import { openWire } from '#net'
import { cpuSeconds, pssBytes } from './process.ts'

/**
 * Keepalives of many GoIP lines over loopback UDP: `node bench/goip-keepalives.ts [LINES] [SECONDS] [PER_SECOND]`. The
 * server's own processor time is what counts. `same`: a line says what it said before; `other`: something changed.
 */
export type GoipFigures = { lines: number; kbPerLine: number; sweepMs: number; rows: GoipRow[] }
type GoipRow = {
  says: 'same' | 'other'
  perSecond: number
  answered: number
  cpuUs: number
  coreShare: number
}
/** `collect`: with rubbish collected first, for the memory; it takes a second or two, in which datagrams are lost. */
type Asked = 'figures' | 'collect'
type Told = { port: number } | { sweepMs: number; bytes: number; cpuS: number }

const SOCKETS = 500
const TICK_MS = 10

const lineOf = (n: number): LineSettings => ({
  ...{
    id: `line${n}`,
    password: `secret-${n}`,
    number: '',
    device: `box${Math.floor(n / 32)}`,
    status_ok: 0,
  },
  ...{
    status_refused: 404,
    wait_poll: 'silent',
    number_format: 'plus',
    pin_address: true,
    ack_newline: false,
  },
  ...{ direct_sms: false, call_events: true, module_off: 2 },
})

const keepaliveOf = (n: number, count: number, idle: number): string =>
  `req:${count};id:line${n};pass:secret-${n};num:+1555${n};signal:22;gsm_status:LOGIN;voip_status:LOGIN;` +
  `voip_state:IDLE;remain_time:-1;imei:35000000${n};imsi:00101000${n};iccid:890000000000${n};pro:TEST NET;` +
  `idle:${idle};disable_status:0;SMS_LOGIN:Y;SMB_LOGIN:;CELLINFO:LAC:1A2B,CELL ID:0C3D;CGATT:Y;`

const inbox: GatewayInbox = {
  text: async () => ok({ id: '', duplicate: false }),
  report: async () => ok(undefined),
  result: async () => ok(undefined),
  event: async () => ok({ duplicate: false }),
  call: async () => ok(undefined),
}

/** The server: in a process of its own, so that its processor time is its own. */
const serve = async (count: number): Promise<void> => {
  const timers = createTimers()
  const fleet = createFleet({
    ...{ timers, events: createEvents() },
    rules: {
      ...{ perDay: -1, perMonth: -1, recipientsPerMonth: -1, pacingMs: 0 },
      ...{ suspectAfter: 5, suspectMs: 600_000 },
    },
  })
  const before = pssBytes([process.pid])
  // What a timer does at most: the sweep over all lines.
  let sweepMs = 0
  const goip = createGoip({
    ...{ random: createRandom(), log: silentLog, fleet, inbox, guard: { blocked: () => false } },
    addresses: createAddressPlan(''),
    timers: {
      ...{ clock: timers.clock, armed: 0 },
      after: (delayMs, run) =>
        timers.after(delayMs, () => {
          const began = performance.now()
          run()
          sweepMs = Math.max(sweepMs, performance.now() - began)
        }),
    },
    lines: Array.from({ length: count }, (_, n) => lineOf(n)),
  })
  const listeners = [{ transports: { udp: { address: '127.0.0.1', port: 0 } } }]
  const wire = await openWire({ listeners, log: silentLog })
  if (!wire.ok) throw new Error(wire.error.message)
  wire.value.start({ onData: goip.onData, onClose: () => {} })
  process.on('message', (asked: Asked) => {
    if (asked === 'collect') globalThis.gc?.()
    process.send?.({
      ...{ sweepMs, bytes: pssBytes([process.pid]) - before, cpuS: cpuSeconds([process.pid]) },
    } satisfies Told)
  })
  process.send?.({ port: wire.value.bound[0]?.udp ?? 0 } satisfies Told)
}

const openSockets = async (): Promise<{ sockets: Socket[]; heard: () => number }> => {
  let heard = 0
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, async () => {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
      socket.on('message', () => void heard++)
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      return socket
    }),
  )
  return { sockets, heard: () => heard }
}

export const runGoipBench = async (
  say: (line: string) => void,
  { lines = 300_000, seconds = 20, perSecond = 10_000 } = {},
): Promise<GoipFigures> => {
  const server = fork(import.meta.filename, ['serve', `${lines}`], { execArgv: ['--expose-gc'] })
  const ask = async <T>(what?: Asked): Promise<T> => {
    if (what) server.send(what)
    return (await once(server, 'message'))[0] as T
  }
  type Measured = Extract<Told, { cpuS: number }>
  const { port } = await ask<{ port: number }>()
  const { sockets, heard } = await openSockets()
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  let count = 0
  /** So many keepalives at this rate, line after line. */
  const pace = async (total: number, rate: number, idle: (round: number) => number): Promise<void> => {
    const began = performance.now()
    for (let sent = 0; sent < total; ) {
      const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate))
      for (; sent < due; sent++) {
        const n = sent % lines
        sockets[n % SOCKETS]?.send(
          keepaliveOf(n, ++count, idle(Math.floor(count / lines))),
          port,
          '127.0.0.1',
        )
      }
      await sleep(TICK_MS)
    }
    await sleep(200)
  }
  say(`goip: ${lines} lines log in`)
  await pace(lines, 2 * perSecond, () => 0)
  const rows: GoipRow[] = []
  for (const says of ['same', 'other'] as const) {
    say(`goip: ${perSecond} keepalives a second, ${says}`)
    const before = await ask<Measured>('figures')
    const [heardBefore, total] = [heard(), seconds * perSecond]
    const began = performance.now()
    await pace(total, perSecond, says === 'same' ? () => 0 : () => count)
    const tookS = (performance.now() - began) / 1000
    const after = await ask<Measured>('figures')
    const cpuS = after.cpuS - before.cpuS
    rows.push({
      ...{ says, perSecond: total / tookS, answered: (heard() - heardBefore) / total },
      ...{ cpuUs: (cpuS / total) * 1e6, coreShare: cpuS / tookS },
    })
  }
  const { bytes, sweepMs } = await ask<Measured>('collect')
  for (const socket of sockets) socket.close()
  server.kill()
  return { lines, kbPerLine: bytes / lines / 1024, sweepMs, rows }
}

const [, main, ...words] = process.argv
if (main === import.meta.filename && words[0] === 'serve') await serve(Number(words[1]))
else if (main === import.meta.filename) {
  const [lines = 300_000, seconds = 20, perSecond = 10_000] = words.map(Number)
  const figures = await runGoipBench(console.log, { lines, seconds, perSecond })
  console.log(JSON.stringify(figures, null, 1))
}
