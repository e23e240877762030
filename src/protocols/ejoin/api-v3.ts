import type { ApiDialect, DeviceRequest } from './api.ts'
import { apiV2 } from './api-v2.ts'
import { fieldsOf, listAt, numberAt, textAt } from './fields.ts'
import { answeredIn, answerIn, isGood, jsonIn } from './json.ts'
import { deviceStatusOf } from './port-status.ts'
import { rowsIn } from './reports.ts'

const JSON_TYPE = 'application/json;charset=utf-8'
const get = (path: string, query: Record<string, string> = {}): DeviceRequest => ({
  method: 'GET',
  ...{ path, query },
})
const post = (path: string, body: unknown): DeviceRequest => ({
  ...{ method: 'POST', path, query: {} },
  ...{ body: JSON.stringify(body), type: JSON_TYPE },
})

const MOST_ENTRIES = 10_000

/** Answers of this edition are arrays or objects that hold one. */
const entriesIn = (body: Uint8Array, name: string): unknown[] | undefined => {
  const value = jsonIn(body)
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES)
  const fields = fieldsOf(value)
  return fields && isGood(numberAt(fields, 'code')) ? listAt(fields, name, MOST_ENTRIES) : undefined
}

/** The newer calls, known from public clients only; commands are those of the older edition. */
export const apiV3: ApiDialect = {
  ...apiV2,
  submit: ({ id, from, to, text, timeoutS }) =>
    post('/submit_sms_tasks', [
      {
        ...{ id, from, recipients: [to], sms: text, charset: 'utf8', coding: 0, sms_type: 0 },
        ...{ timeout: timeoutS, sdr: 1, fdr: 1, dr: 1 },
      },
    ]),
  submitted: (body, id) => {
    const value = jsonIn(body)
    for (const entry of Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : [value]) {
      const fields = fieldsOf(entry)
      const own = fields && numberAt(fields, 'id', 'tid')
      if (fields && (own === id || own === undefined))
        return { code: numberAt(fields, 'code'), reason: textAt(fields, 'reason') }
    }
    return value === undefined ? undefined : { code: undefined, reason: '' }
  },
  tasks: (index, num) => get('/get_sms_tasks', { index: `${index}`, num: `${num}`, need_content: '0' }),
  tasksIn: (body) => {
    const entries = entriesIn(body, 'tasks')
    const ids = entries?.flatMap((entry) => {
      const own = fieldsOf(entry)
      const id = own && numberAt(own, 'id', 'tid')
      return id === undefined ? [] : [id]
    })
    return ids && { ids, total: numberAt(answerIn(body) ?? new Map(), 'total_num') ?? ids.length }
  },
  inbox: (id, num) => get('/get_received_smses', { id: `${id}`, num: `${num}` }),
  inboxIn: (body, from) => {
    const fields = answerIn(body)
    if (!fields || !isGood(numberAt(fields, 'code'))) return undefined
    const entries = listAt(fields, 'smses', MOST_ENTRIES).map((entry) => {
      const own = fieldsOf(entry)
      if (!own) return entry
      const flag = /^(?:1|true)$/i.test(String(own.get('is_report') ?? '0')) ? 1 : 0
      const words = ['port', 'timestamp', 'from', 'to'].map((name) => textAt(own, name))
      return [flag, ...words, own.get('sms')]
    })
    const { rows, unreadable } = rowsIn(entries)
    return {
      ssrc: textAt(fields, 'ssrc'),
      next: numberAt(fields, 'next_id') ?? from + entries.length,
      ...{ rows, unreadable },
    }
  },
  status: (push) => [
    ...(push
      ? [
          post('/set_status_report_server', { enable: 1, url: push.url, period: Math.max(60, push.periodS) }),
          post('/set_sms_config', { sms_status_url: push.url, recv_sms_url: push.url }),
        ]
      : []),
    get('/get_device_status'),
  ],
  statusIn: (body) => {
    const fields = answerIn(body)
    return fields?.has('status') ? deviceStatusOf(fields) : undefined
  },
  ussd: (port, ussd) => post('/send_ussds', [{ port, ussd }]),
  ussdIn: (body) => answeredIn(body, 'resp'),
}
