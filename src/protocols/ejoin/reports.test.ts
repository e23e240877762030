import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseCardPort, printCardPort } from './card-port.ts'
import { type EjoinReport, parseReports } from './reports.ts'
import { stampOf } from './sms-rows.ts'

const octets = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (value: unknown): EjoinReport => {
  const reports = parseReports(octets(typeof value === 'string' ? value : JSON.stringify(value)))
  assert.ok(reports.ok, JSON.stringify(reports))
  return reports.value[0] as EjoinReport
}
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('reports of an Ejoin device', () => {
  test("the manual's port status, its misread quotes set right", () => {
    const report = read(
      '{"type":"port-status","port":"1.02","sim":"","seq":1,"st":11,"imei":"353689530707903","iccid":"","imsi":"",' +
        '"sn":"","opr":"0 CHINA MOBILE","bal":"0.00","sig":0,"tot_dur":"0/-1","mon_dur":"0/-1","day_dur":"0/-1"}',
    )
    assert.ok(report.kind === 'port-status')
    const { status } = report
    assert.deepEqual(status.port, { port: 1, slot: 2 })
    assert.deepEqual([status.code, status.state, status.signal], [11, 'detected', 0])
    assert.deepEqual([status.plmn, status.operator], ['', 'CHINA MOBILE'])
    assert.deepEqual(status.counters.tot_dur, { used: 0, limit: -1 })
  })

  test("the manual's device status: milliseconds, both spellings of max-slots, strings for numbers", () => {
    const port = {
      port: '1.02',
      seq: 11,
      st: '3 ok',
      imsi: 460000990123698,
      opr: '46000 CHINA MOBILE',
      sig: '31',
    }
    const report = read({
      ...{ type: 'dev—status', seq: 3, expires: 60000, mac: '00-30-f1-00-6d-b1', ip: '192.168.1.44' },
      ...{ ver: '532', 'max—ports': 32, 'max—slot': '4', status: [port, { port: 'nowhere' }, 7] },
    })
    assert.ok(report.kind === 'dev-status')
    assert.deepEqual([report.expiresMs, report.maxPorts, report.maxSlots], [60_000, 32, 4])
    assert.deepEqual([report.ports.length, report.unreadable], [1, 2])
    const [first] = report.ports
    assert.deepEqual(
      [first?.state, first?.detail, first?.imsi, first?.plmn, first?.signal],
      ['registered', 'ok', '460000990123698', '46000', 31],
    )
    const seconds = read({ type: 'dev-status', mac: 'a', expires: 180 })
    assert.ok(seconds.kind === 'dev-status' && seconds.expiresMs === 180_000)
  })

  test('received texts: the block of headers goes when it names the sender', () => {
    const block =
      'Sender: 15550100200\r\nReceiver: "1.01" 15550100900\r\nSMSC: 15550000001\r\nSCTS: 26112122264000\r\n\r\n'
    const rows = [
      [0, '1.sp128.016', 1795300000, '15550100200', '15550100900', base64(`${block}hello Tandem`)],
      [0, '1B', 1795300000, '999', '', base64(`${block}hello Tandem`)],
      ['0', '1.01', '1795300000', 15550100200, '', base64('plain ✓')],
      [1, '1.01', 1795300009, '15550000001', '15550100900', '0 26112122264900'],
      [0, '1.01', 1795300009, 'x', '', 'not base64!'],
      'nonsense',
    ]
    const report = read({ type: 'recv-sms', sim_src: 1, sms_num: 4, sms: rows })
    assert.ok(report.kind === 'recv-sms')
    assert.equal(report.remote, true)
    assert.deepEqual(report.unreadable, ['nonsense'])
    const [remote, other, plain, delivered, bare] = report.rows
    assert.ok(remote?.kind === 'text' && other?.kind === 'text' && plain?.kind === 'text')
    assert.deepEqual([remote.text, remote.smsc], ['hello Tandem', '15550000001'])
    assert.deepEqual(remote.port, { port: 1, slot: 1, pool: { name: 128, slot: 16 } })
    assert.equal(new Date(remote.sentAtMs as number).toISOString(), '2026-11-21T22:26:40.000Z')
    assert.equal(other.text, `${block}hello Tandem`)
    assert.deepEqual([plain.text, plain.sender], ['plain ✓', '15550100200'])
    assert.ok(delivered?.kind === 'report' && bare?.kind === 'text')
    assert.deepEqual([bare.text, bare.plain], ['not base64!', true])
    assert.deepEqual([delivered.code, delivered.recipient, delivered.smsc], [0, '15550100900', '15550000001'])
  })

  test("the manual's call record and sent text", () => {
    const call = read(
      '{"type":"cdr","port":"1.02","seq":10,"st":3,"mac":"00-30-f1-00-6d-b1","cid":"YTk5","cdir":"MT","caller":"23",' +
        '"callee":"10086","begin":1548407333,"alert":1548407336,"answer":"1548407336","update":0,"end":1548407343,' +
        '"reason":"201 Caller Hangup","gw reason":"0 "}',
    )
    assert.ok(call.kind === 'cdr')
    assert.deepEqual([call.outgoing, call.answerMs, call.updateMs], [true, 1548407336000, undefined])
    assert.equal(call.gatewayReason, '0')
    const sent = read(
      '{"type":"sent—sms","mac":"00-30-f1-00-6d-b1","sim_src":"0","port":"2.01","seq":18,"sms_tid":2,"src_type":2,' +
        '"src_ip":"","src_port":0,"status":"0 OK","time":1562235746,"dur":330,"recver":"12122222222","smse":"",' +
        '"charset":"UTF-8","data":"test sms"}',
    )
    assert.ok(sent.kind === 'sent-sms')
    assert.deepEqual([sent.taskId, sent.code, sent.text, sent.recipient], [2, 0, 'test sms', '12122222222'])
  })

  test('task reports: an object for the array, an ICCID before the time', () => {
    const rpts = {
      ...{ tid: 88, sending: 0, sent: 1, failed: 1, unsent: 0 },
      sdr: [[0, '15550100900', '1.01', '8900000000000000018', 1795300003]],
      fdr: [[1, '15550100901', '1.01', 1795300036, '6 Timeout', '']],
    }
    const report = read({ type: 'status-report', rpt_num: 1, rpts })
    assert.ok(report.kind === 'status-report')
    const [task] = report.tasks
    assert.deepEqual(
      task?.done.map(({ recipient, atMs, code }) => [recipient, atMs, code]),
      [
        ['15550100900', 1795300003000, undefined],
        ['15550100901', 1795300036000, 6],
      ],
    )
  })

  test('several reports in one post, and what is not known', () => {
    const reports = parseReports(
      octets('[{"type":"weather"},{"type":"port-status","port":"x"},{"type":"recv-sms"}]'),
    )
    assert.ok(reports.ok)
    assert.deepEqual(
      reports.value.map(({ kind }) => kind),
      ['unknown', 'unknown', 'recv-sms'],
    )
  })

  test('bad bodies are named', () => {
    for (const [text, fault] of [
      ['', 'empty'],
      ['{"type":', 'json'],
      ['7', 'form'],
      ['[[]]', 'form'],
      [JSON.stringify(new Array(1001).fill({})), 'many'],
    ] as const)
      assert.deepEqual(parseReports(octets(text)), { ok: false, error: fault })
  })

  test('card ports in all spellings', () => {
    for (const [text, printed] of [
      ['1.02', '1.02'],
      ['1B', '1.02'],
      ['32', '32.01'],
      ['12.sp256.101', '12.sp256.101'],
      ['1.spl28.016', '1.sp128.016'],
    ] as const) {
      const port = parseCardPort(text)
      assert.ok(port)
      assert.equal(printCardPort(port), printed)
    }
    for (const text of ['', '0.01', '1.sp.2', 'x', '1.00']) assert.equal(parseCardPort(text), undefined)
  })

  test("the service centre's time, west of Greenwich", () => {
    assert.equal(new Date(stampOf('190125021012A8') as number).toISOString(), '2019-01-25T09:10:12.000Z')
    assert.equal(stampOf('19012'), undefined)
    assert.equal(stampOf('19132502101200'), undefined)
  })
})
