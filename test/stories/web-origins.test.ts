import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOrigins } from '../../src/webphone.ts'

const origins = (...sites: string[]) => {
  const told: string[] = []
  const log = { write: (_: string, __: string, text: string) => told.push(text) }
  const settings = { click_to_call: { origins: sites }, webphone: { origins: sites } }
  const allows = createOrigins({ settings, log } as never)
  return { told, allows: (origin?: string) => allows(origin, 'pbx.example:2082', '192.0.2.1') }
}

test('pages of named sites and of this host may connect, and who is no page', () => {
  const { allows } = origins('https://A.example/', 'chrome-extension://abc')
  for (const origin of ['https://a.example', 'chrome-extension://abc', 'http://pbx.example', undefined])
    assert.equal(allows(origin), true, `${origin}`)
  assert.equal(allows('https://b.example'), false)
  assert.equal(origins('*').allows('null'), true)
})

test('a frame without a site is nobody’s, whatever stands in the configuration', () => {
  for (const site of ['localhost:3000', 'null', 'file:///x', 'data:,x', 'a.example']) {
    const { allows, told } = origins(site)
    assert.equal(allows('null'), false, site)
    assert.deepEqual(told, ['a page of no site was refused: a sandboxed frame, or a file'])
  }
})
