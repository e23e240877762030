import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SendResult } from '#core'
import { type Asked, anEjoinHouse, type EjoinHouse, MAC } from '../../../test/support/ejoin-house.ts'

/** A device's web server that takes tasks, and holds them until told otherwise. */
const aDevice = () => {
  const inHand: number[] = []
  const device = {
    inHand,
    /** What it says of a task; else it takes it. */
    verdict: undefined as unknown,
    serve({ path, body }: Asked): unknown {
      if (path === '/goip_post_sms.html') {
        const [{ tid }] = JSON.parse(body).tasks
        if (device.verdict !== undefined && typeof device.verdict !== 'string') return device.verdict
        if (device.verdict === undefined) inHand.push(tid)
        return { code: 200, type: 'task-status', status: [{ tid, status: device.verdict ?? '0 OK' }] }
      }
      if (path === '/goip_get_tasks.html')
        return { code: 0, total_num: inHand.length, tasks: inHand.map((tid) => ({ tid, state: 1 })) }
      return path === '/goip_get_sms.html' ? { code: 0, ssrc: 1, next_sms: 1, data: [] } : { code: 200 }
    },
  }
  return device
}

const aTown = async () => {
  const device = aDevice()
  const house = await anEjoinHouse({ serve: device.serve })
  await house.status()
  return { device, house }
}

type Sending = { result?: SendResult; task?: string | undefined; commit: () => void }

/** Whether it has come to an end that is on disk; `held`: the disk takes its time. */
const following = (sending: Promise<SendResult> | undefined, held: boolean): Sending => {
  const follow: Sending = { commit: () => {} }
  void sending?.then(({ committed, ...told }) => {
    const { task, ...result } = { task: undefined, ...told }
    Object.assign(follow, { result, task, commit: committed })
    if (!held) committed?.()
  })
  return follow
}

/** Sends, and follows what becomes of it. */
const send = async (house: EjoinHouse, { held = false, task }: { held?: boolean; task?: string } = {}) => {
  const text = { id: 'm1', attempt: 0, to: '+15550100900', text: 'Grüße "you"', report: true }
  const parcel = { ...text, ...(task !== undefined && { task }) }
  const follow = following(house.ejoin.driver.send(house.lineOf(1), parcel), held)
  await house.turns()
  return follow
}
const taskOf = ({ asked }: EjoinHouse): Record<string, unknown> =>
  JSON.parse(asked.findLast(({ path }) => path === '/goip_post_sms.html')?.body ?? '{}').tasks[0]
const reported = (house: EjoinHouse, more: object) =>
  house.post({ type: 'status-report', rpts: [{ tid: taskOf(house).tid, ...more }] })

describe('a text for an Ejoin device', () => {
  test('is a task that asks for every report, and sent when the device says so', async () => {
    const { house } = await aTown()
    const follow = await send(house)
    const { tid, ...task } = taskOf(house)
    assert.deepEqual(task, {
      ...{ from: '1', to: '+15550100900', sms: 'Grüße "you"', chs: 'utf8', coding: 0, smstype: 0, tmo: 30 },
      ...{ sdr: 1, fdr: 1, dr: 1, sr_prd: 10, sr_cnt: 1 },
    })
    assert.ok(Number(tid) >= 2 ** 30 && Number(tid) < 2 ** 31)
    const asked = house.asked.findLast(({ method }) => method === 'POST')
    assert.deepEqual([asked?.query.get('username'), asked?.query.get('password')], ['root', 'p&w'])
    assert.equal(follow.result, undefined)
    await reported(house, { sending: 1, sent: 0, failed: 0, unsent: 0 })
    assert.equal(follow.result, undefined)
    await reported(house, { sent: 1, sdr: [[0, '15550100900', '1.02', 1_700_001_000]] })
    assert.deepEqual(follow.result, { kind: 'sent' })
    // What comes later changes nothing.
    await reported(house, { failed: 1, fdr: [[0, '15550100900', '1.02', 1_700_001_000, '7 Server', '']] })
    assert.equal(house.ejoin.figures().tasks, 0)
  })

  test('is sent as well when only sent-sms tells it, and that does not count as its own', async () => {
    const { house } = await aTown()
    const follow = await send(house)
    const { tid } = taskOf(house)
    await house.post({ type: 'sent-sms', mac: MAC, port: '1.02', sms_tid: tid, status: '0 OK', recver: '9' })
    assert.deepEqual(follow.result, { kind: 'sent' })
    assert.deepEqual(house.events, [])
    assert.equal(house.lineOf(1).counts.sent.total, 0)
  })

  test('failures are the number’s, the line’s or the moment’s; a timeout is nobody’s knowledge', async () => {
    for (const [words, result] of [
      ['5 SIM unregistered', { kind: 'refused', fault: 'line', reason: 'SIM unregistered', cause: 5 }],
      ['16 Too many tasks', { kind: 'refused', fault: 'busy', reason: 'Too many tasks', cause: 16 }],
      ['9', { kind: 'refused', fault: 'number', reason: 'recipient expected', cause: 9 }],
      ['6 Timeout', { kind: 'unknown', reason: 'Timeout' }],
    ] as const) {
      const { house, device } = await aTown()
      device.verdict = words
      assert.deepEqual((await send(house)).result, result, `at once: ${words}`)
      device.verdict = undefined
      const follow = await send(house)
      await reported(house, { failed: 1, fdr: [[0, '+15550100900', '1.02', 1_700_001_000, words, '']] })
      assert.deepEqual(follow.result, result, `in a report: ${words}`)
    }
  })

  test('is told to the device as stored when its step is on disk, and a repeat waits for the same', async () => {
    const { house } = await aTown()
    const follow = await send(house, { held: true })
    const done = { sent: 1, sdr: [[0, '15550100900', '1.02', 1_700_001_000]] }
    const answers: number[] = []
    for (let times = 0; times < 2; times++)
      void reported(house, done).then(({ status }) => answers.push(status))
    await house.turns()
    assert.deepEqual([follow.result, answers], [{ kind: 'sent' }, []])
    follow.commit()
    await house.turns()
    assert.deepEqual(answers, [200, 200])
    assert.equal((await reported(house, done)).status, 200, 'and what is repeated later changes nothing')
    assert.deepEqual(house.results, [])
  })

  test('of which the disk does not take the step is not stored, until it does', async () => {
    const { house } = await aTown()
    const follow = await send(house, { held: true })
    const { tid } = taskOf(house)
    const sent = { type: 'sent-sms', mac: MAC, port: '1.02', sms_tid: tid, status: '0 OK', recver: '9' }
    const first = house.post(sent)
    await house.pass(11_000)
    assert.equal((await first).status, 503)
    follow.commit()
    assert.equal((await house.post(sent)).status, 200)
  })

  test('that a process before this one has handed over is followed under its number', async () => {
    const { house, device } = await aTown()
    const task = (await house.ejoin.driver.nextTask?.(house.lineOf(1))) as string
    device.inHand.push(Number(task))
    const sinceMs = house.timers.clock.wallMs() - 40_000
    const follow = following(house.ejoin.driver.follow?.('ej1/1', task, sinceMs), false)
    await house.pass(60_000)
    assert.equal(follow.result, undefined, 'the device still has it')
    const done = { tid: Number(task), sent: 1, sdr: [[0, '15550100900', '1.02', 1_700_001_000]] }
    assert.equal((await house.post({ type: 'status-report', rpts: [done] })).status, 200)
    assert.deepEqual([follow.result, follow.task], [{ kind: 'sent' }, task])
    const lost = (await house.ejoin.driver.nextTask?.(house.lineOf(1))) as string
    const second = following(house.ejoin.driver.follow?.('ej1/1', lost, sinceMs), false)
    await house.pass(30_000)
    assert.deepEqual([second.result, second.task], [{ kind: 'unknown', reason: 'restart' }, lost])
    assert.equal(house.asked.filter(({ path }) => path === '/goip_post_sms.html').length, 0)
    assert.equal(house.ejoin.driver.follow?.('other/1', task, 0), undefined)
    assert.equal(house.ejoin.driver.follow?.('ej1/1', '7', 0), undefined)
  })

  test('that was given up has its late result handed in, before the device is told so', async () => {
    const { house, device } = await aTown()
    const follow = await send(house)
    device.inHand.pop()
    await house.pass(120_000)
    assert.equal(follow.result?.kind, 'unknown')
    house.disk.works = false
    const done = { sent: 1, sdr: [[0, '15550100900', '1.02', 1_700_001_000]] }
    assert.equal((await reported(house, done)).status, 503)
    house.disk.works = true
    assert.equal((await reported(house, done)).status, 200)
    assert.deepEqual(
      house.results.map(({ device: name, task, result }) => [name, task, result]),
      [['ej1', follow.task, { kind: 'sent' }]],
    )
  })

  test('a task id that the device knows already is taken', async () => {
    const { house, device } = await aTown()
    device.verdict = '13 Duplicate tid'
    const follow = await send(house)
    assert.equal(follow.result, undefined)
    await reported(house, { sent: 1, failed: 0 })
    assert.deepEqual(follow.result, { kind: 'sent' })
  })

  test('a device that is not there, or refuses, has certainly not sent it', async () => {
    const { house, device } = await aTown()
    device.verdict = 401
    assert.deepEqual((await send(house)).result, {
      ...{ kind: 'refused', fault: 'line', reason: 'the device answered 401' },
    })
    house.world.serve = () => undefined
    assert.deepEqual((await send(house)).result, {
      ...{ kind: 'refused', fault: 'line', reason: 'ECONNREFUSED' },
    })
    assert.ok(!house.lines.some((line) => line.includes('p&w') || line.includes('p%26w')))
  })

  test('silence: asked whether it still has the task, in the end unknown, never handed over twice', async () => {
    const { house, device } = await aTown()
    const follow = await send(house)
    await house.pass(120_000)
    assert.equal(follow.result, undefined, 'it is in hand')
    device.inHand.pop()
    await house.pass(40_000)
    assert.deepEqual(follow.result, { kind: 'unknown', reason: 'the device does not say what became of it' })
    assert.equal(house.asked.filter(({ path }) => path === '/goip_post_sms.html').length, 1)
  })

  test('a connection that breaks leaves it open until a report comes', async () => {
    const { house, device } = await aTown()
    device.verdict = new Error('ECONNRESET')
    const first = await send(house)
    await reported(house, { sent: 1, sdr: [[0, '15550100900', '1.02', 1_700_001_000]] })
    assert.deepEqual(first.result, { kind: 'sent' })
    const second = await send(house)
    await house.pass(120_000)
    assert.deepEqual(second.result, { kind: 'unknown', reason: 'ECONNRESET' })
  })

  test('one that keeps a task for ever is given up', async () => {
    const { house } = await aTown()
    const follow = await send(house)
    await house.pass(20 * 60_000)
    assert.equal(follow.result?.kind, 'unknown')
  })

  test('numbers of tasks never come again, not after a crash either', async () => {
    const settings = new Map<string, string>()
    const seen = new Set<unknown>()
    for (let start = 0; start < 3; start++) {
      const device = aDevice()
      const house = await anEjoinHouse({ serve: device.serve, settings })
      await house.status()
      for (let i = 0; i < 3; i++) {
        await send(house)
        const { tid } = taskOf(house)
        assert.ok(!seen.has(tid))
        seen.add(tid)
      }
    }
    settings.set('ejoin.task', String(2 ** 31 - 500))
    const house = await anEjoinHouse({ serve: aDevice().serve, settings })
    await house.status()
    await send(house)
    assert.equal(taskOf(house).tid, 2 ** 30)
  })

  test('at the end everything under way is unknown', async () => {
    const { house } = await aTown()
    const follow = await send(house)
    house.ejoin.close()
    await house.turns()
    assert.deepEqual(follow.result, { kind: 'unknown', reason: 'shutdown' })
  })

  test('the newer edition of the API', async () => {
    const house = await anEjoinHouse({
      device: { api: 'v3' },
      serve: ({ path, body }) => {
        if (path === '/submit_sms_tasks') return [{ id: JSON.parse(body)[0].id, code: 0, reason: 'OK' }]
        return path === '/send_ussds' ? [{ port: 1, code: 0, resp: 'Balance 4.20' }] : { code: 0, smses: [] }
      },
    })
    await house.status()
    const follow = await send(house)
    const [task] = JSON.parse(house.asked.findLast(({ path }) => path === '/submit_sms_tasks')?.body ?? '[]')
    assert.deepEqual([task.from, task.recipients, task.sms], ['1', ['+15550100900'], 'Grüße "you"'])
    await house.post({
      type: 'status-report',
      rpts: { tid: task.id, sdr: [[0, '1', '1.02', 1_700_001_000]] },
    })
    assert.deepEqual(follow.result, { kind: 'sent' })
    const said = await house.ejoin.driver.ussd(house.lineOf(1), '*100#')
    assert.deepEqual(said, { ok: true, value: { text: 'Balance 4.20', open: true } })
  })
})

describe('commands to an Ejoin device', () => {
  const ofLast = ({ asked }: EjoinHouse): unknown => {
    const { body = '', query } = asked.at(-1) ?? {}
    return body.startsWith('{') ? JSON.parse(body) : [query?.get('op'), body]
  }

  test('go to the port, to a slot of it, or to the device', async () => {
    const { house } = await aTown()
    const { driver } = house.ejoin
    const line = house.lineOf(1)
    const asked = async (name: string, ...values: string[]) => {
      const said = await driver.command(line, name, values)
      assert.ok(said.ok, JSON.stringify(said))
      return ofLast(house)
    }
    assert.deepEqual(await asked('lock'), { type: 'command', op: 'lock', ports: '1' })
    assert.deepEqual(await asked('switch', '3'), { type: 'command', op: 'switch', ports: '1.03' })
    assert.deepEqual(await asked('unlock', '1.04'), { type: 'command', op: 'unlock', ports: '1.04' })
    assert.deepEqual(await asked('reboot'), { type: 'command', op: 'reboot', ports: '*' })
    assert.deepEqual(await asked('set_number', '15550100201', '3'), ['set', 'sim_number(2)=15550100201'])
    assert.deepEqual(await asked('set_number', '+1555'), ['set', 'sim_number(1)=+1555'])
  })

  test('that are none, or would say more than one thing, are refused here', async () => {
    const { house } = await aTown()
    const { driver } = house.ejoin
    const before = house.asked.length
    for (const [name, ...values] of [
      ['set_imei', '1'],
      ['switch'],
      ['switch', '2.01'],
      ['lock', '*'],
      ['set_number', '1&op=reboot'],
      ['set_number', '1', '9'],
    ] as const)
      assert.equal((await driver.command(house.lineOf(1), name, [...values])).ok, false, name)
    assert.equal((await driver.ussd(house.lineOf(1), '*100#&op=reboot')).ok, false)
    assert.equal(house.asked.length, before)
  })

  test('USSD: the network’s words, and the device’s refusal', async () => {
    const { house } = await aTown()
    house.world.serve = ({ query }) =>
      query.get('ussd') === '*100#' ? { code: 0, resp: 'Balance: 4.20' } : { code: 5, reason: 'unregistered' }
    const { ussd } = house.ejoin.driver
    assert.deepEqual(await ussd(house.lineOf(1), '*100#'), {
      ...{ ok: true, value: { text: 'Balance: 4.20', open: true } },
    })
    assert.deepEqual(await ussd(house.lineOf(1), '*1#'), { ok: false, error: 'unregistered' })
    const left = await ussd(house.lineOf(1), undefined)
    assert.match(left.ok ? '' : left.error, /no word to leave a menu/)
    const [first, second] = [ussd(house.lineOf(1), '*100#'), ussd(house.lineOf(1), '*100#')]
    assert.deepEqual(await second, { ok: false, error: 'a USSD code is under way on this port' })
    assert.ok((await first).ok)
    assert.equal(house.asked.at(-1)?.query.get('port'), '1')
  })

  test('a device without a url is only listened to', async () => {
    const house = await anEjoinHouse()
    await house.status()
    assert.equal((await send(house)).result?.kind, 'refused')
    assert.equal((await house.ejoin.driver.ussd(house.lineOf(1), '*100#')).ok, false)
  })
})
