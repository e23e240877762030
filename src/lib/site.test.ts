import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originOf } from './site.ts'

test('a site is known by what browsers call it', () => {
  for (const [site, origin] of [
    ['https://a.example', 'https://a.example'],
    ['HTTPS://A.example:443/shop?x', 'https://a.example'],
    ['http://localhost:5173/', 'http://localhost:5173'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
  ] as const)
    assert.equal(originOf(site), origin)
})

test('what is no site has no origin, least of all the one of every sandboxed frame', () => {
  for (const site of ['localhost:3000', 'a.example:8080', 'null', '', 'foo', 'file:///x', 'data:,x', '*'])
    assert.equal(originOf(site), undefined, site)
})
