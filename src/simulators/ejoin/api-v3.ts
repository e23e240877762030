import { type Api, type ApiPorts, flagOf, listOf, numbersOf, objectOf, parsed, textOf } from './api.ts'
import { portsIn } from './port.ts'
import { codeText } from './print.ts'
import type { TaskWish } from './tasks.ts'

/** The newer calls, as public clients use them. */
export const createApiV3 = ({ ports, tasks, inbox, status, reportTo }: ApiPorts): Api => {
  const idsIn = (body: string): number[] => numbersOf(objectOf(parsed(body)).ids)
  const good = { code: 0, reason: 'OK' }
  let config = { sms_status_url: '', recv_sms_url: '' }
  return {
    '/submit_sms_tasks': ({ body }) =>
      listOf(parsed(body)).map((task) => {
        const wish = wishOf(objectOf(task), config.sms_status_url)
        const code = tasks.add(wish)
        return { id: wish.tid, code, reason: codeText(code).replace(/^\d+ /, '') }
      }),
    '/pause_sms_tasks': ({ body }) => {
      tasks.pause(idsIn(body), true)
      return good
    },
    '/resume_sms_tasks': ({ body }) => {
      tasks.pause(idsIn(body), false)
      return good
    },
    '/remove_sms_tasks': ({ body }) => {
      tasks.remove(idsIn(body))
      return good
    },
    '/get_sms_tasks': ({ query }) => {
      const all = tasks.list()
      const index = Number(query.get('index') ?? 0) || 0
      const page = all.slice(index, index + (Number(query.get('num') ?? 100) || 100))
      return { ...good, total_num: all.length, tasks: page.map(({ tid, ...task }) => ({ id: tid, ...task })) }
    },
    '/get_received_smses': ({ query }) => {
      const page = inbox.page(Number(query.get('id') ?? 1) || 1, Number(query.get('num') ?? 0) || 0, false)
      const smses = page.rows.map(([flag, port, timestamp, from, to, content]) => ({
        ...{ is_report: flag, port, timestamp, from, to },
        sms: flag === 0 ? content : Buffer.from(content).toString('base64'),
      }))
      return { ...good, ssrc: page.ssrc, next_id: page.next, smses }
    },
    '/get_device_status': () => status(true),
    '/get_numbers': () =>
      ports.flatMap(({ index, cards }) =>
        cards.map(({ number }, slot) => ({ port: index, slot: slot + 1, number })),
      ),
    '/send_ussds': ({ body }) =>
      listOf(parsed(body)).map((one) => {
        const { port, ussd } = objectOf(one)
        const [found] = portsIn(textOf(port), ports) ?? []
        const screen = found?.port.st === 3 ? found.port.menu.dial(textOf(ussd)) : undefined
        return screen ? { port, code: 0, resp: screen.text } : { port, code: 5, resp: '' }
      }),
    '/get_sms_config': () => ({ ...good, ...config }),
    '/set_sms_config': ({ body }) => {
      const { sms_status_url, recv_sms_url } = objectOf(parsed(body))
      config = { sms_status_url: textOf(sms_status_url), recv_sms_url: textOf(recv_sms_url) }
      reportTo({ texts: config.recv_sms_url })
      return good
    },
    '/set_status_report_server': ({ body }) => {
      const { enable, url, period } = objectOf(parsed(body))
      reportTo({ device: flagOf(enable, false) ? textOf(url) : '', periodS: Number(period ?? 60) || 60 })
      return good
    },
  }
}

const wishOf = (task: Record<string, unknown>, url: string): TaskWish => ({
  tid: Number(task.id ?? Number.NaN),
  from: textOf(task.from),
  to: listOf(task.recipients).map(textOf),
  text: task.charset === 'base64' ? Buffer.from(textOf(task.sms), 'base64').toString() : textOf(task.sms),
  ...{ sdr: flagOf(task.sdr, false), fdr: flagOf(task.fdr, true), dr: flagOf(task.dr, false) },
  ...{ url: url === '' ? undefined : url, everyCount: 1, everyS: 10 },
})
