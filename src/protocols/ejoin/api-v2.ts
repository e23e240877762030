import type { ApiDialect, DeviceRequest } from './api.ts'
import { fieldsOf, listAt, numberAt, textAt } from './fields.ts'
import { answeredIn, answerIn } from './json.ts'
import { deviceStatusOf } from './port-status.ts'
import { rowsIn } from './reports.ts'

const JSON_TYPE = 'application/json;charset=utf-8'
const get = (path: string, query: Record<string, string> = {}): DeviceRequest => ({
  ...{ method: 'GET', path },
  query: { version: '1.1', ...query },
})
const post = (path: string, body: unknown): DeviceRequest => ({
  ...{ method: 'POST', path, query: { version: '1.1' } },
  ...{ body: JSON.stringify(body), type: JSON_TYPE },
})

const MOST_TASKS = 1000

/** HTTP API 2.0 and 2.4 of the multi-port devices: `/goip_*.html`. */
export const apiV2: ApiDialect = {
  /** Detailed reports of success and failure, and delivery reports, are off unless asked for. */
  submit: ({ id, from, to, text, timeoutS }, push) =>
    post('/goip_post_sms.html', {
      ...{ type: 'send-sms', task_num: 1 },
      tasks: [
        {
          ...{ tid: id, from, to, sms: text, chs: 'utf8', coding: 0, smstype: 0 },
          ...{ tmo: timeoutS, sdr: 1, fdr: 1, dr: 1, sr_prd: 10, sr_cnt: 1 },
        },
      ],
      ...(push && { sr_url: push.url, sr_cnt: 1, sr_prd: 10 }),
    }),
  submitted: (body, id) => {
    const fields = answerIn(body)
    if (!fields) return undefined
    for (const entry of listAt(fields, 'status', MOST_TASKS)) {
      const own = fieldsOf(entry)
      if (!own || numberAt(own, 'tid') !== id) continue
      const status = textAt(own, 'status')
      return { code: numberAt(own, 'status'), reason: status.replace(/^\d+\s*/, '') }
    }
    const code = numberAt(fields, 'code')
    const reason = textAt(fields, 'reason')
    // Good for the post as a whole, and not a word about the task.
    return { code: code === 0 || code === 200 ? undefined : code, reason }
  },
  tasks: (pos, num) => get('/goip_get_tasks.html', { pos: `${pos}`, num: `${num}`, has_content: '0' }),
  tasksIn: (body) => {
    const fields = answerIn(body)
    const code = fields && numberAt(fields, 'code')
    if (!fields || (code !== undefined && code !== 0 && code !== 200)) return undefined
    const ids = listAt(fields, 'tasks', MOST_TASKS).flatMap((entry) => {
      const own = fieldsOf(entry)
      const id = own && numberAt(own, 'tid')
      return id === undefined ? [] : [id]
    })
    return { ids, total: numberAt(fields, 'total_num') ?? ids.length }
  },
  // Never with sms_del: what a device deletes when it answers may be lost on the way.
  inbox: (from, count) => get('/goip_get_sms.html', { sms_id: `${from}`, sms_num: `${count}` }),
  inboxIn: (body, from) => {
    const fields = answerIn(body)
    const code = fields && numberAt(fields, 'code')
    if (!fields || (code !== undefined && code !== 0 && code !== 200)) return undefined
    const { rows, unreadable } = rowsIn(fields.get('data') ?? fields.get('sms'))
    const next = numberAt(fields, 'next_sms') ?? from + rows.length + unreadable.length
    return { ssrc: textAt(fields, 'ssrc'), next, rows, unreadable }
  },
  status: (push) => [
    get('/goip_get_status.html', {
      all_slots: '1',
      ...(push && { url: push.url, period: `${Math.max(60, push.periodS)}` }),
    }),
  ],
  statusIn: (body) => {
    const fields = answerIn(body)
    return fields?.has('status') ? deviceStatusOf(fields) : undefined
  },
  ussd: (port, ussd) => get('/goip_send_ussd.html', { port, ussd }),
  ussdIn: (body) => answeredIn(body, 'resp'),
  command: (op, ports) => post('/goip_send_cmd.html', { type: 'command', op, ports }),
  setNumber: (index, number) => ({
    ...{ method: 'POST', path: '/goip_send_cmd.html', query: { version: '1.1', op: 'set' } },
    ...{ body: `sim_number(${index})=${number}`, type: 'text/plain' },
  }),
  commandIn: (body) => answeredIn(body),
}
