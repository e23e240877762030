import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from '../support/ports.ts'
import { startTandem } from '../support/tandem.ts'

const auth = { username: 'root', password: 'geheimnis' }
const match = { kind: 'message', to: '^\\+49' }

test("a program of DBL's server gets the line or provider that it asks for, or a refusal", async (t) => {
  const house = await startTandem({
    config: {
      goip: {
        ...{ addr: `127.0.0.1:${await freePort()}`, api_users: [auth] },
        lines: ['g1', 'g2'].map((id) => ({ id, password: 'pw', device: 'box1' })),
      },
      sims: { per_day: 3 },
      routes: [
        {
          name: 'first',
          match: { ...match, tag: '^line:g1$' },
          to: ['gateway:box1/g1'],
          fallback: ['inbox'],
        },
        { name: 'blue', match: { ...match, tag: '^provider:blue$' }, to: ['gateway:box1'] },
        { name: 'all', match, to: ['gateway:box1'] },
      ],
    },
  })
  t.after(() => house.stop())
  const call = async (name: string, body: object) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const url = `http://127.0.0.1:${house.ports.http}/goip/${name}/`
    return (await fetch(url, { ...init, body: JSON.stringify({ auth, ...body }) })).json()
  }
  const send = async (wish: object, number = '491720000001') => {
    const { taskID, ...answer } = (await call('sendsms', { number, content: 'x', ...wish })) as {
      taskID: string
    }
    return [answer, taskID] as const
  }
  const accepted = { result: 'ACCEPT' }
  const rejected = (reason: string) => ({ result: 'REJECT', reason })
  for (const [wish, answer] of [
    [{}, accepted],
    [{ goip_line: 'g1' }, accepted],
    [{ provider: 'blue' }, accepted],
    [{ goip_line: 'g2' }, rejected('none_line')],
    [{ provider: 'bleu' }, rejected('none_provider')],
  ] as const)
    assert.deepEqual((await send(wish))[0], answer, JSON.stringify(wish))
  const [, taskID] = await send({ goip_line: 'g1' }, '15550100,491720000002')
  const rows = (await call('querysms', { taskID })) as { taskID: string }[]
  assert.deepEqual(
    rows.map((row) => row.taskID),
    [`${taskID}.491720000002`],
  )
  const lines = (await call('querylines', {})) as { goip_line: string; remain_sms: number }[]
  assert.deepEqual(
    lines.map(({ goip_line, remain_sms }) => [goip_line, remain_sms]),
    [
      ['g1', 3],
      ['g2', 3],
    ],
  )
  const { items } = await house.rest<{ items: { tag?: string; to: string }[] }>('/messages')
  assert.deepEqual(items.map(({ tag, to }) => `${tag ?? 'none'} ${to}`).sort(), [
    ...['line:g1 +491720000001', 'line:g1 +491720000002'],
    ...['none +491720000001', 'provider:blue +491720000001'],
  ])
})
