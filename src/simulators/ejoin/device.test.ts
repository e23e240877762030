import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseReports } from '#ejoin-wire'
import { anEjoin, type Report } from './testing.ts'

const task = (tid: number, more: object = {}) => ({
  type: 'send-sms',
  task_num: 1,
  tasks: [{ tid, from: '', to: '+15550100900', sms: 'hello', sdr: 1, fdr: 1, dr: 1, ...more }],
  sr_cnt: 1,
})

describe('a simulated Ejoin', () => {
  test('reports its ports as they register, and itself every minute', async () => {
    const ejoin = anEjoin()
    ejoin.device.plug()
    await ejoin.pass(121_000)
    const steps = ejoin.taken('port-status').filter(({ port }) => port === '1.01')
    assert.deepEqual(
      steps.map(({ st }) => st),
      [11, 2, 3],
    )
    const beats = ejoin.taken('dev-status')
    assert.deepEqual([beats.length, beats[2]?.expires, beats[2]?.['max-ports']], [3, 60, 2])
    const read = parseReports(new TextEncoder().encode(JSON.stringify(beats[2])))
    assert.ok(read.ok && read.value[0]?.kind === 'dev-status')
    const [port] = read.value[0].ports
    assert.deepEqual(
      [port?.state, port?.number, port?.plmn, port?.counters.tot_dur],
      ['registered', '15550100201', '00101', { used: 0, limit: -1 }],
    )
  })

  test('what it reports is what its six switches say', async () => {
    const quiet = anEjoin()
    quiet.device.plug()
    await quiet.pass(5000)
    quiet.device.receive(1, '+15550100900', 'hi')
    quiet.device.call(1, 'out', '+15550100900', 5)
    quiet.ask('/goip_post_sms.html', { body: task(1) })
    await quiet.pass(20_000)
    const types = new Set(quiet.reports.map(({ type }) => type))
    assert.deepEqual([types.has('recv-sms'), types.has('sent-sms'), types.has('cdr')], [false, false, true])
    assert.ok(quiet.taken('port-status').every((report) => 'tot_dur' in report && !('smsctl_day' in report)))

    const switches = ['received', 'sent', 'sms-control', 'traffic-control'] as const
    const loud = anEjoin({ switches: [...switches] })
    loud.device.plug()
    await loud.pass(5000)
    loud.device.receive(1, '+15550100900', 'hi')
    loud.device.call(1, 'out', '+15550100900', 5)
    loud.ask('/goip_post_sms.html', { body: task(1) })
    await loud.pass(20_000)
    assert.deepEqual(
      [loud.taken('recv-sms').length, loud.taken('sent-sms').length, loud.taken('cdr').length],
      [2, 1, 0],
    )
    const [status] = loud.taken('port-status')
    assert.ok(status && !('tot_dur' in status) && 'smsctl_day' in status && 'dataflow_tot' in status)
  })

  test('a task is sent, reported in detail and confirmed', async () => {
    const ejoin = anEjoin({ switches: ['received'] })
    ejoin.device.plug()
    await ejoin.pass(5000)
    const answer = ejoin.ask('/goip_post_sms.html', {
      body: task(88, { from: '2', to: '+1555010,+1555011' }),
    })
    assert.deepEqual(answer, {
      status: [{ tid: 88, status: '0 OK' }],
      ...{ code: 200, reason: 'OK', type: 'task-status' },
    })
    await ejoin.pass(15_000)
    assert.deepEqual(
      ejoin.left.map(({ from, to }) => [from, to]),
      [
        ['+15550100202', '+1555010'],
        ['+15550100202', '+1555011'],
      ],
    )
    const reports = ejoin
      .taken('status-report')
      .map(({ rpts }) => (rpts as { sent: number; sdr: unknown[] }[])[0])
    assert.deepEqual(
      reports.map((one) => [one?.sent, one?.sdr.length]),
      [
        [1, 1],
        [2, 1],
      ],
    )
    const rows = ejoin.rows()
    assert.deepEqual(
      rows.map(([flag, port, , , to, content]) => [flag, port, to, String(content).slice(0, 2)]),
      [
        [1, '2.01', '1555010', '0 '],
        [1, '2.01', '1555011', '0 '],
      ],
    )
  })

  test('refuses what it cannot do, and the same id twice', async () => {
    const ejoin = anEjoin()
    ejoin.device.plug()
    await ejoin.pass(5000)
    const statusOf = (body: object) => ejoin.ask('/goip_post_sms.html', { body })?.status
    assert.deepEqual(statusOf(task(1, { from: '9' })), [{ tid: 1, status: '2 Invalid Port' }])
    assert.deepEqual(statusOf(task(2, { to: '' })), [{ tid: 2, status: '9 TO Expected' }])
    assert.deepEqual(statusOf(task(3, { sms: '' })), [{ tid: 3, status: '8 SMS Expected' }])
    assert.deepEqual(statusOf(task(4)), [{ tid: 4, status: '0 OK' }])
    await ejoin.pass(6000)
    assert.deepEqual(statusOf(task(4)), [{ tid: 4, status: '13 Duplicate TID' }])
    assert.equal(ejoin.left.length, 1)
    ejoin.device.setState(1, 8)
    ejoin.device.setState(2, 8)
    statusOf(task(5))
    await ejoin.pass(1000)
    const report = ejoin.taken('status-report').at(-1) as Report & { rpts: { fdr: unknown[][] }[] }
    assert.equal(report.rpts[0]?.fdr[0]?.[4], '5 Unregistered')
  })

  test('who does not know its password is told nothing', () => {
    const ejoin = anEjoin()
    ejoin.device.plug()
    assert.equal(ejoin.ask('/goip_get_status.html', { password: 'x' })?.code, 1)
    assert.equal(ejoin.ask('/nowhere')?.code, 404)
    ejoin.device.unplug()
    assert.equal(ejoin.ask('/goip_get_status.html'), undefined)
  })

  test('keeps what it received, numbered from 1, until its next start', async () => {
    const ejoin = anEjoin()
    ejoin.device.plug()
    await ejoin.pass(5000)
    for (const text of ['one', 'two', 'three']) ejoin.device.receive(1, '+15550100900', text)
    const page = ejoin.ask('/goip_get_sms.html', { sms_id: 2, sms_num: 1 })
    assert.deepEqual([page?.code, page?.sms_num, page?.next_sms], [0, 1, 3])
    const [row] = (page?.data ?? []) as unknown[][]
    const content = Buffer.from(String(row?.[5]), 'base64').toString()
    assert.match(
      content,
      /^Sender: 15550100900\r\nReceiver: "1\.01" 15550100201\r\nSMSC: \d+\r\nSCTS: \d{14}\r\n\r\ntwo$/,
    )
    const v3 = ejoin.ask('/get_received_smses', { id: 1, num: 10 })
    assert.deepEqual([((v3?.smses ?? []) as unknown[]).length, v3?.next_id], [3, 4])
    ejoin.ask('/goip_send_cmd.html', { body: { type: 'command', op: 'reboot', ports: '*' } })
    await ejoin.pass(40_000)
    const again = ejoin.ask('/goip_get_sms.html', { sms_id: 1 })
    assert.deepEqual([again?.sms_num, again?.next_sms, again?.ssrc === page?.ssrc], [0, 1, false])
  })

  test('posts again what nobody took, and not for ever', async () => {
    let status = 503
    const ejoin = anEjoin({ switches: ['received'], ports: 1, status: () => status })
    ejoin.device.plug()
    await ejoin.pass(60_000)
    ejoin.reports.length = 0
    ejoin.device.receive(1, '+15550100900', 'hi')
    await ejoin.pass(60_000)
    assert.equal(ejoin.taken('recv-sms').length, 3)
    status = 200
    ejoin.device.receive(1, '+15550100900', 'hi')
    await ejoin.pass(60_000)
    assert.equal(ejoin.taken('recv-sms').length, 1)
  })

  test('commands lock, unlock and switch cards; numbers are set', async () => {
    const ejoin = anEjoin({ slots: 2 })
    ejoin.device.plug()
    await ejoin.pass(5000)
    const command = (op: string, ports: string) =>
      ejoin.ask('/goip_send_cmd.html', { body: { type: 'command', op, ports } })?.code
    assert.deepEqual([command('lock', '1A'), ejoin.device.ports[0]?.st], [0, 12])
    assert.deepEqual([command('unlock', '1-2'), ejoin.device.ports[0]?.st], [0, 3])
    assert.equal(command('switch', '2.02'), 0)
    await ejoin.pass(5000)
    assert.deepEqual(ejoin.device.ports[1], { name: '2.02', number: '+15550100204', st: 3, waiting: 0 })
    assert.equal(command('burn', '*'), 15)
    assert.equal(ejoin.ask('/goip_send_cmd.html', { op: 'set', body: 'sim_number(3)=+15559999' })?.par_set, 1)
    assert.equal(ejoin.device.ports[1]?.number, '+15559999')
  })

  test('USSD, in both editions', async () => {
    const ejoin = anEjoin()
    ejoin.device.plug()
    await ejoin.pass(5000)
    assert.equal(ejoin.ask('/goip_send_ussd.html', { port: '1.01', ussd: '*100#' })?.resp, 'Balance 4.20')
    assert.equal(ejoin.ask('/goip_send_ussd.html', { port: '1.01', ussd: '*9#' })?.code, 6)
    const answer = ejoin.ask('/send_ussds', { body: [{ port: '2', ussd: '*101#' }] })
    assert.equal((answer as unknown as { 0: { resp: string } })[0].resp, 'Your number is +15550100202')
  })

  test('a long call is reported each minute and at its end', async () => {
    const ejoin = anEjoin()
    ejoin.device.plug()
    await ejoin.pass(5000)
    ejoin.device.call(1, 'out', '+15550100900', 130)
    await ejoin.pass(140_000)
    const cdrs = ejoin.taken('cdr')
    assert.deepEqual(
      cdrs.map(({ update, end }) => [Number(update) > 0, Number(end) > 0]),
      [
        [true, false],
        [true, false],
        [false, true],
      ],
    )
    assert.equal(new Set(cdrs.map(({ cid }) => cid)).size, 1)
    assert.deepEqual([cdrs[0]?.cdir, cdrs[0]?.callee], ['MT', '+15550100900'])
  })

  test('odd firmware: strings, letters, milliseconds, the cloud', async () => {
    const ejoin = anEjoin({
      quirks: ['strings', 'letters', 'milliseconds', 'cloud', 'no-headers'],
      switches: ['received'],
    })
    ejoin.device.plug()
    await ejoin.pass(5000)
    const [beat] = ejoin.taken('dev-status')
    assert.equal(beat?.expires, '60000')
    assert.equal(ejoin.taken('port-status')[0]?.port, '1A')
    ejoin.device.receive(1, '+15550100900', 'plain')
    ejoin.ask('/goip_post_sms.html', { body: task(1) })
    await ejoin.pass(10_000)
    const [report] = ejoin.taken('status-report') as (Report & { rpts: { sdr: unknown[][] } })[]
    const sdr = report?.rpts.sdr ?? []
    assert.deepEqual([sdr[0]?.length, sdr[0]?.[3]], [5, '8900010000000000000'])
    const [row] = ejoin.rows()
    assert.equal(Buffer.from(String(row?.[5]), 'base64').toString(), 'plain')
  })

  test('loses and repeats reports by chance', async () => {
    const ejoin = anEjoin({ switches: ['received'], ports: 1, losePosts: 30, repeatPosts: 30 })
    ejoin.device.plug()
    await ejoin.pass(5000)
    ejoin.reports.length = 0
    for (let turn = 0; turn < 100; turn++) ejoin.device.receive(1, '+15550100900', `text ${turn}`)
    await ejoin.pass(1000)
    const texts = ejoin.rows().map((row) => String(row[5]))
    const different = new Set(texts).size
    assert.ok(different > 50 && different < 90, `${different}`)
    assert.ok(texts.length > different)
  })

  test('reports come in another order by chance, each of them once', async () => {
    const ejoin = anEjoin({ switches: ['received'], ports: 1, reorderPosts: 30 })
    ejoin.device.plug()
    await ejoin.pass(5000)
    ejoin.reports.length = 0
    for (let turn = 0; turn < 50; turn++) {
      ejoin.device.receive(1, '+15550100900', `text ${100 + turn}`)
      await ejoin.pass(20)
    }
    await ejoin.pass(3000)
    const turns = ejoin
      .rows()
      .map((row) => Number(Buffer.from(String(row[5]), 'base64').toString().slice(-3)))
    assert.equal(turns.length, 50)
    assert.equal(new Set(turns).size, 50)
    assert.ok(turns.some((turn, at) => turn < (turns[at - 1] ?? 0)))
  })

  test('odd requests do not harm', async () => {
    const ejoin = anEjoin()
    ejoin.device.plug()
    await ejoin.pass(5000)
    for (const body of ['', '{', '[]', '7', '{"tasks":[null,7,{"tid":"x"}]}', '{"op":{},"ports":[]}'])
      for (const path of [
        '/goip_post_sms.html',
        '/goip_send_cmd.html',
        '/submit_sms_tasks',
        '/send_ussds',
        '/set_sms_config',
      ])
        assert.ok(ejoin.ask(path, { body }))
    assert.equal(ejoin.left.length, 0)
  })
})
