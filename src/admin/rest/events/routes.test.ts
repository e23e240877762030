import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import type { CoreEvent } from '#core'
import { applicationPorts, aTextHouse } from '../../../../test/support/admin-applications.ts'
import { aCall } from '../../../../test/support/admin-house.ts'
import { bearer, problem, withAdmin } from '../../../../test/support/admin-server.ts'
import { until } from '../../../../test/support/wait.ts'

type Told = { id: string; event: string; data: { id: string; type: string; timestamp: string; data: object } }

/** A reader as a browser's EventSource is one. */
const listen = (port: number, query = '', last?: string) => {
  let text = ''
  const headers = { authorization: 'Bearer key-of-all', ...(last !== undefined && { 'last-event-id': last }) }
  const asked = request({ port, host: '127.0.0.1', path: `/api/v1/events${query}`, headers })
  asked.on('response', (response) =>
    response.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    }),
  )
  asked.on('error', () => {}).end()
  const told = (): Told[] =>
    text
      .split('\n\n')
      .filter((block) => block.startsWith('id: '))
      .map((block) => {
        const [id = '', event = '', data = ''] = block
          .split('\n')
          .map((line) => line.slice(line.indexOf(' ') + 1))
        return { id, event, data: JSON.parse(data) as Told['data'] }
      })
  return {
    told,
    text: () => text,
    open: () => until('the stream is open', () => text.startsWith('retry:'), { everyMs: 5 }),
    close: () => asked.destroy(),
  }
}
const ring = (n: number): CoreEvent => ({ kind: 'call.changed', call: aCall(`c${n}`, n), state: 'ringing' })

describe('the stream of events', () => {
  test('is not opened for what does not exist', () =>
    withAdmin(async (ask) => {
      for (const types of ['messages', 'texts.*', 'message.*,calls'])
        assert.match(
          await problem(await ask(`/events?types=${types}`, bearer('key-of-all')), 400),
          /^types: /,
        )
    }, applicationPorts(aTextHouse())))

  test('tells what happens, of the kinds that are wanted', () => {
    const house = aTextHouse()
    return withAdmin(async (_ask, port) => {
      const [everything, calls] = [listen(port), listen(port, '?types=call.*,source.blocked')]
      await Promise.all([everything.open(), calls.open()])
      await house.messages.accept({
        ...{ origin: 'rest', from: 'a', to: { user: 'bob', text: 'bob' } },
        body: { kind: 'text', text: 'line\none' },
      })
      house.events.publish(ring(1))
      await until('all was told', () => everything.told().length >= 2 && calls.told().length >= 1, {
        everyMs: 5,
      })
      const [text] = everything.told()
      assert.deepEqual(
        [text?.event, text?.data.type, text?.data.id],
        ['message.accepted', 'message.accepted', text?.id],
      )
      assert.match(JSON.stringify(text?.data.data), /"line\\none"/)
      assert.deepEqual(
        calls.told().map(({ event }) => event),
        ['call.ringing'],
      )
      everything.close()
      calls.close()
    }, applicationPorts(house))
  })

  test('tells who comes back what was missed, or that too much was', () => {
    const house = aTextHouse()
    return withAdmin(async (_ask, port) => {
      const first = listen(port, '?types=call.*')
      await first.open()
      house.events.publish(ring(1))
      await until('the first was told', () => first.told().length === 1, { everyMs: 5 })
      const last = first.told()[0]?.id ?? ''
      first.close()
      for (const n of [2, 3]) house.events.publish(ring(n))
      const second = listen(port, '?types=call.*', last)
      await until('the others were told', () => second.told().length === 2, { everyMs: 5 })
      assert.deepEqual(
        second.told().map(({ id }) => id),
        ['c2.1', 'c3.1'],
      )
      assert.doesNotMatch(second.text(), /event: gap/)
      second.close()
      const stranger = listen(port, '', 'never-given')
      await until('the gap was told', () => stranger.text().includes('event: gap'), { everyMs: 5 })
      stranger.close()
      for (let n = 10; n < 3000; n++) house.events.publish(ring(n))
      const third = listen(port, '?types=call.*', last)
      await until('the gap was told', () => third.text().includes('event: gap'), { everyMs: 5 })
      third.close()
    }, applicationPorts(house))
  })

  test('has room for fifty readers, needs the scope, and lets go of who reads no more', () => {
    const house = aTextHouse()
    return withAdmin(async (ask, port) => {
      await problem(await ask('/events', bearer('key-of-users')), 403)
      await problem(await ask('/events?types=call.%2A;', bearer('key-of-all')), 400)
      const readers = Array.from({ length: 50 }, () => listen(port))
      await Promise.all(readers.map((reader) => reader.open()))
      const refused = await ask('/events', bearer('key-of-all'))
      assert.equal(refused.headers.get('retry-after'), '10')
      await problem(refused, 503)
      readers[0]?.close()
      await until(
        'there is room again',
        async () => {
          const one = listen(port)
          try {
            return await one.open()
          } finally {
            one.close()
          }
        },
        { everyMs: 5 },
      )
      for (const reader of readers) reader.close()
    }, applicationPorts(house))
  })
})
