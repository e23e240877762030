import { type Api, type ApiPorts, flagOf, listOf, numbersOf, objectOf, parsed, textOf } from './api.ts'
import type { EjoinAsk } from './contract.ts'
import { portsIn } from './port.ts'
import { codeText } from './print.ts'
import type { TaskWish } from './tasks.ts'

const GOOD = { code: 200, reason: 'OK' }
const bad = (reason: string) => ({ code: 400, reason })

/** The `/goip_*.html` calls of API 2.0 and 2.4. */
export const createApiV2 = ({ ports, tasks, inbox, status, reportTo, command }: ApiPorts): Api => {
  let simple = 1_000_000
  const tidsOf = ({ body }: EjoinAsk): number[] => numbersOf(objectOf(parsed(body)).tids)
  const number = ({ query }: EjoinAsk, name: string, fallback: number): number =>
    /^\d{1,9}$/.test(query.get(name) ?? '') ? Number(query.get(name)) : fallback

  const ussd = ({ query }: EjoinAsk): unknown => {
    const [found] = portsIn(query.get('port') ?? '', ports) ?? []
    if (found?.port.st !== 3) return { code: 5, reason: 'Unregistered', resp: '' }
    const screen = found.port.menu.dial(query.get('ussd') ?? '')
    return screen ? { code: 0, reason: 'OK', resp: screen.text } : { code: 6, reason: 'Timeout', resp: '' }
  }
  const setNumbers = (body: string): unknown => {
    const slots = Math.max(...ports.map(({ cards }) => cards.length))
    let set = 0
    for (const [, at, to] of body.matchAll(/sim_number\((\d{1,5})\)=(\S*)/g)) {
      ports[Math.floor(Number(at) / slots)]?.setNumber((Number(at) % slots) + 1, to ?? '')
      set++
    }
    return { code: 0, reason: 'OK', par_set: set }
  }

  return {
    '/goip_get_status.html': (ask) => {
      const url = ask.query.get('url')
      if (url !== null) reportTo({ device: url, periodS: number(ask, 'period', 60) })
      return status(ask.query.get('all_slots') === '1' || ask.query.get('all_sims') === '1')
    },
    '/goip_post_sms.html': ({ body }) => {
      const asked = objectOf(parsed(body))
      if (!Array.isArray(asked.tasks)) return bad('tasks expected')
      const texts = textOf(asked.sms_url)
      if (texts !== '') reportTo({ texts })
      const answers = asked.tasks.map((task) => {
        const wish = wishOf({ ...asked, ...objectOf(task) })
        return { tid: wish.tid, status: codeText(tasks.add(wish)) }
      })
      return { ...GOOD, type: 'task-status', status: answers }
    },
    '/goip_send_sms.html': ({ query }) => {
      const words = { from: query.get('port'), to: query.get('recipients'), sms: query.get('sms') }
      const code = tasks.add(wishOf({ ...words, tid: ++simple }))
      return { code: code === 0 ? 200 : code, reason: codeText(code) }
    },
    '/goip_pause_sms.html': (ask) => {
      tasks.pause(tidsOf(ask), true)
      return GOOD
    },
    '/goip_resume_sms.html': (ask) => {
      tasks.pause(tidsOf(ask), false)
      return GOOD
    },
    '/goip_remove_sms.html': (ask) => {
      tasks.remove(tidsOf(ask))
      return GOOD
    },
    '/goip_get_tasks.html': (ask) => {
      const all = tasks.list()
      const [from, most] = [number(ask, 'pos', 0), number(ask, 'num', all.length)]
      const page = all.slice(from, from + most)
      return { ...GOOD, total_num: all.length, task_num: page.length, tasks: page }
    },
    '/goip_get_sms.html': (ask) => {
      const page = inbox.page(
        number(ask, 'sms_id', 1),
        number(ask, 'sms_num', 0),
        ask.query.get('sms_del') === '1',
      )
      const { ssrc, next, rows } = page
      return { code: 0, reason: 'OK', ssrc, sms_num: rows.length, next_sms: next, data: rows }
    },
    '/goip_get_sms_stat.html': () => ({
      ...GOOD,
      stats: ports.map(({ name, count, radio }) => ({
        ...{ port: name, slot: 1, received: 0, sent: count.texts, sent_ok: count.texts, sent_failed: 0 },
        ...{ con_failed: 0, unsent: radio.waiting, sending: radio.waiting > 0 ? 1 : 0 },
      })),
    }),
    '/goip_get_call_stat.html': () => ({
      ...GOOD,
      stats: ports.map(({ name }) => ({
        port: name,
        slot: 1,
        calls: 0,
        alerted: 0,
        connected: 0,
        asr: 0,
        acd: 0,
      })),
    }),
    '/goip_send_cmd.html': ({ query, body }) => {
      if (query.get('op') === 'set') return setNumbers(body)
      const asked = objectOf(parsed(body))
      const ops = asked.op === 'multiple' ? listOf(asked.ops).map(objectOf) : [asked]
      const own = { op: query.get('op') ?? '', ports: query.get('ports') ?? '*' }
      const good = ops.every(({ op, ports: at }) => command(textOf(op) || own.op, textOf(at) || own.ports))
      return good ? { code: 0, reason: 'OK' } : { code: 15, reason: 'Invalid Command' }
    },
    '/goip_send_ussd.html': ussd,
    '/goip_send_at.html': ({ query }) => ({
      code: 0,
      reason: 'OK',
      resp: query.get('at') === 'AT' ? 'OK' : 'ERROR',
    }),
  }
}

/** Members of a task, with those of the whole post where it has none; the switches' defaults are the manual's. */
const wishOf = (task: Record<string, unknown>): TaskWish => ({
  tid: Number(task.tid ?? Number.NaN),
  from: textOf(task.from).replaceAll(' ', ''),
  to: textOf(task.to)
    .split(',')
    .map((number) => number.trim())
    .filter((number) => number !== ''),
  text: task.chs === 'base64' ? Buffer.from(textOf(task.sms), 'base64').toString() : textOf(task.sms),
  ...{ sdr: flagOf(task.sdr, false), fdr: flagOf(task.fdr, true), dr: flagOf(task.dr, false) },
  url: textOf(task.sr_url) || undefined,
  everyCount: Number(task.sr_cnt ?? 10) || 10,
  everyS: Number(task.sr_prd ?? 60) || 60,
})
