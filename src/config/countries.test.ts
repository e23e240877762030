import assert from 'node:assert/strict'
import { test } from 'node:test'
import { err } from '#lib/result'
import { loadConfiguration } from './load.ts'

const regionOf = (region: string): string => {
  const loaded = loadConfiguration(
    { name: 'ims.cfg', text: `sip_addr: "127.0.0.1", domain: "d", region: "${region}"` },
    {},
    { read: () => err('none'), exists: () => false },
  )
  return loaded.ok ? loaded.value.settings.region : `${loaded.error[0]?.column} ${loaded.error[0]?.message}`
}

test('a region is a country that has telephone numbers', () => {
  assert.deepEqual(['', 'DE', 'GB', 'XK'].map(regionOf), ['', 'DE', 'GB', 'XK'])
  const wanted = 'a country such as "DE" (two letters of ISO 3166) is needed, not the string'
  assert.equal(regionOf('XX'), `45 ${wanted} "XX"`)
  assert.equal(regionOf('de'), `45 ${wanted} "de"; did you mean "DE"?`)
  assert.equal(regionOf('UK'), `45 ${wanted} "UK"; did you mean "GB"?`)
  assert.equal(regionOf('Germany'), `45 ${wanted} "Germany"`)
})
