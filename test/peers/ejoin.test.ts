import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { allTexts, anEjoinBox } from '../support/ejoin-box.ts'
import { peer, without } from '../support/peers.ts'
import { run } from '../support/program.ts'
import { logOf, startTandem, type Tandem, temporaryFolder } from '../support/tandem.ts'
import { bugsOf } from '../support/vitals.ts'
import { until } from '../support/wait.ts'

const SECRET = 'a-secret-of-24-characters'
const fixture = (name: string): string => join(import.meta.dirname, `../fixtures/ejoin/${name}.json`)
type Item = { from: string; text: string; origin: string }

/** Clients that others wrote, against the receiver. */
describe('Ejoin posts by curl and wrk', { skip: without('curl') }, () => {
  let house: Tandem
  let box: Awaited<ReturnType<typeof anEjoinBox>>
  before(async () => {
    box = await anEjoinBox()
    const common = { url: box.url, username: 'root', password: 'p w' }
    house = await startTandem({
      config: {
        ejoin: {
          devices: [
            { name: 'manual', mac: '00-30-f1-00-6d-b1', secret: SECRET, ...common },
            { name: 'loaded', secret: `${SECRET}-of-wrk` },
          ],
        },
        security: { exempt: ['127.0.0.0/8'] },
      },
    })
  })
  after(async () => {
    await house?.stop()
    box?.close()
  })

  /** The status, and the body behind it. */
  const curl = async (path: string, ...more: string[]): Promise<[status: number, body: string]> => {
    const url = `http://127.0.0.1:${house.ports.http}${path}`
    const { stdout } = await run('curl', ['-s', '-w', '\\n%{http_code}', ...more, url])
    const lines = stdout.trimEnd().split('\n')
    return [Number(lines.pop()), lines.join('\n')]
  }
  const post = (name: string, ...more: string[]) =>
    curl(`/ejoin/${SECRET}`, ...more, '--data-binary', `@${fixture(name)}`)
  const texts = async (): Promise<Item[]> =>
    (await house.rest<{ items: Item[] }>('/messages?limit=200')).items

  test('samples of the manual in every manner of sending', async () => {
    const OK = [200, '{"code":200,"reason":"OK"}']
    const json = ['-H', 'Content-Type: application/json;charset=utf-8']
    assert.deepEqual(await post('dev-status', ...json), OK)
    assert.deepEqual(await post('port-status', '--http1.0'), OK)
    assert.deepEqual(await post('recv-sms', '-H', 'Transfer-Encoding: chunked'), OK)
    assert.deepEqual(await post('recv-sms', '-H', 'Content-Type:'), OK)
    assert.deepEqual(await post('cdr', '-H', 'Content-Type: nonsense'), OK)
    assert.deepEqual(await post('sent-sms', '-H', 'Expect: 100-continue'), OK)
    const file = ['--data-binary', `@${fixture('as-printed')}`]
    assert.deepEqual(await curl(`/ejoin/${SECRET}?mac=x&y=%20`, ...file), OK)
    assert.deepEqual(
      (await texts()).map(({ from, text, origin }) => [from, text, origin]),
      [
        ['+8613715266978', 'yaq', 'gateway'],
        ['+8613715266978', 'yaq', 'gateway'],
      ],
      'the same words in slot 2 with their headers, and without',
    )
  })

  test('what is no post of a device', async () => {
    assert.equal((await curl('/ejoin/guess', '-d', '{}'))[0], 404)
    assert.equal((await curl(`/ejoin/${SECRET}`))[0], 404)
    assert.equal((await curl(`/ejoin/${SECRET}`, '-d', '{"type":'))[0], 400)
    assert.equal(
      (await curl(`/ejoin/${SECRET}`, '-d', '{"type":"cdr","mac":"02005e000001","port":"1"}'))[0],
      403,
    )
    const big = join(temporaryFolder('big'), 'post')
    writeFileSync(big, '['.repeat(10_000_000))
    assert.equal((await curl(`/ejoin/${SECRET}`, '--data-binary', `@${big}`))[0], 413)
    const reasons = ['a path that no device has', 'is no JSON', 'another device', 'a post of more than']
    await until('every reason is in the log', () => {
      const log = logOf(house, 1000)
      return reasons.every((reason) => log.includes(reason))
    })
    const log = logOf(house, 1e6)
    assert.ok(!log.includes(SECRET), 'secrets are not in the log')
    assert.ok(!log.includes('p%20w') && !log.includes('p+w'), 'passwords are not in the log')
    assert.deepEqual(bugsOf(house), [])
  })

  test('its inbox is read at the start', async () => {
    box.inbox.push([0, '3.01', 1_795_300_000, '15550100200', '', btoa('never reported')])
    await house.stop()
    house = await house.again()
    await until('the text is there', async () =>
      (await texts()).some(({ text }) => text === 'never reported'),
    )
    assert.deepEqual(box.wrong, [])
  })

  test('a load of wrk: every 200 is a text, none is lost', { skip: peer('wrk').skip }, async () => {
    const script = join(temporaryFolder('wrk'), 'posts.lua')
    writeFileSync(
      script,
      `local n = 0
local threads = 0
function setup(thread) threads = threads + 1; thread:set("id", threads) end
request = function()
  n = n + 1
  local row = string.format('[0,"1.01",%d,"1555%d","","dGV4dA=="]', 1795300000 + n, id)
  return wrk.format("POST", nil, nil, '{"type":"recv-sms","sms_num":1,"sms":[' .. row .. ']}')
end
done = function(summary)
  local e = summary.errors
  print("STORED " .. summary.requests .. " BAD " .. e.status .. " BROKEN " .. (e.connect + e.read + e.write + e.timeout))
end
`,
    )
    const url = `http://127.0.0.1:${house.ports.http}/ejoin/${SECRET}-of-wrk`
    const { stdout } = await run('wrk', ['-t2', '-c32', '-d3s', '--timeout', '30s', '-s', script, url])
    const [, stored = '0', bad, broken] = /STORED (\d+) BAD (\d+) BROKEN (\d+)/.exec(stdout) ?? []
    assert.deepEqual([bad, broken], ['0', '0'], stdout)
    const found = (await allTexts(house)).filter(({ text }) => text === 'text').length
    // Those under way at its end were stored and not counted.
    assert.ok(found >= Number(stored) && found <= Number(stored) + 64, `${found} of ${stored}`)
    assert.ok(Number(stored) > 100)
    assert.deepEqual(bugsOf(house), [])
  })
})
