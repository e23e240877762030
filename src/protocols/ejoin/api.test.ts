import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { apiV2, apiV3 } from './index.ts'

const octets = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

describe("a device's HTTP API", () => {
  test('what was said of a task, among others, and of the post as a whole', () => {
    const status = [
      { tid: 1, status: '0 OK' },
      { tid: '2', status: '5 SIM unregistered' },
    ]
    const body = octets({ code: 200, reason: 'OK', type: 'task-status', status })
    assert.deepEqual(apiV2.submitted(body, 1), { code: 0, reason: 'OK' })
    assert.deepEqual(apiV2.submitted(body, 2), { code: 5, reason: 'SIM unregistered' })
    assert.deepEqual(apiV2.submitted(body, 3), { code: undefined, reason: 'OK' })
    assert.deepEqual(apiV2.submitted(octets({ code: 14, reason: 'no' }), 3), { code: 14, reason: 'no' })
    assert.equal(apiV2.submitted(octets('<html>'), 3), undefined)
    assert.deepEqual(apiV3.submitted(octets([{ id: 7, code: 16, reason: 'full' }]), 7), {
      ...{ code: 16, reason: 'full' },
    })
  })

  test('pages of the inbox', () => {
    const data = [[0, '1.02', 1_700_000_000, '155', '', 'eWFx'], 'x']
    const page = apiV2.inboxIn(octets({ code: 0, ssrc: 12, sms_num: 2, next_sms: 9, data }), 7)
    assert.deepEqual([page?.ssrc, page?.next, page?.rows.length, page?.unreadable], ['12', 9, 1, ['x']])
    assert.equal(apiV2.inboxIn(octets({ code: 0, ssrc: 12, data }), 7)?.next, 9)
    assert.equal(apiV2.inboxIn(octets({ code: 14 }), 7), undefined)
    const sms = { is_report: true, port: 1, timestamp: '1700000000', from: '1', to: '155', sms: 'MCAyNjEx' }
    const newer = apiV3.inboxIn(octets({ ssrc: 'a', next_id: 2, smses: [sms] }), 1)
    const [report] = newer?.rows ?? []
    assert.ok(report?.kind === 'report')
    assert.deepEqual([report.code, report.recipient, report.stamp], [0, '155', '2611'])
  })

  test('tasks in hand', () => {
    const body = octets({ code: 0, total_num: 5, tasks: [{ tid: 3 }, { tid: '-4' }, 9] })
    assert.deepEqual(apiV2.tasksIn(body), { ids: [3, -4], total: 5 })
    assert.deepEqual(apiV3.tasksIn(octets([{ id: 3 }])), { ids: [3], total: 1 })
    assert.equal(apiV2.tasksIn(octets({ code: 14 })), undefined)
  })

  test('both editions ask for a status and a place to report to in their own way', () => {
    const push = { url: 'https://x.example/ejoin/s', periodS: 10 }
    assert.deepEqual(
      apiV2.status(push).map(({ path, query }) => [path, query.url, query.period]),
      [['/goip_get_status.html', push.url, '60']],
    )
    assert.deepEqual(
      apiV3.status(push).map(({ method, path }) => `${method} ${path}`),
      ['POST /set_status_report_server', 'POST /set_sms_config', 'GET /get_device_status'],
    )
    for (const api of [apiV2, apiV3])
      for (const { method, type } of [api.inbox(1, 50), api.tasks(0, 10), ...api.status()])
        if (method === 'GET') assert.equal(type, undefined, 'small servers refuse a content type on GET')
  })

  test('any octets are read or refused, never thrown at', () => {
    const samples = [
      ...['', '[]', '{}', 'null', '7', '[null]', '{"status":7}', '{"tasks":[[]]}', '{"smses":[null]}'],
      ...['{"data":{"a":1},"code":0}', '{"code":[1]}', '[[[[]]]]', '\u0000\uffff'],
    ]
    for (const api of [apiV2, apiV3])
      for (const sample of samples) {
        const body = octets(sample)
        api.submitted(body, 1)
        api.tasksIn(body)
        api.inboxIn(body, 1)
        api.statusIn(body)
        api.ussdIn(body)
        api.commandIn(body)
      }
  })
})
