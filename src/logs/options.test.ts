import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LAYERS } from '#lib/log'
import { defaultSettings, parseLogOptions, printLogOptions } from './options.ts'

const parsed = (text: string) => {
  const result = parseLogOptions(text)
  assert.ok(result.ok, result.ok ? '' : result.error)
  return result.value
}

describe('log_options', () => {
  test('sets layers one by one or all at once, from left to right', () => {
    const { settings } = parsed(
      'all.level=error, sip.level=debug,sip.max_size=-1,cx.max_size=0,rx.key=true,all.payload=0,ims.crypto=1,',
    )
    for (const layer of LAYERS)
      assert.equal(settings.layers[layer].level, layer === 'sip' ? 'debug' : 'error')
    assert.equal(settings.layers.sip.maxSize, -1)
    assert.equal(settings.layers.cx.maxSize, 0)
    assert.deepEqual([settings.layers.rx.key, settings.layers.sip.key], [true, false])
    assert.equal(settings.layers.media.payload, false)
    assert.equal(settings.layers.ims.crypto, true)
  })

  test('sets time, file and append', () => {
    const { settings, actions } = parsed(
      'time=full,file.rotate=10M,file.path=/var/log/old,append=1,file.rotate=now,file=cut',
    )
    assert.deepEqual(
      [settings.time, settings.rotateSize, settings.path, settings.append],
      ['full', 10 * 1024 * 1024, '/var/log/old', true],
    )
    assert.deepEqual(actions, ['rotate', 'cut'])
    assert.equal(parsed('file.rotate=2k').settings.rotateSize, 2048)
    assert.equal(parsed('file.rotate=1G').settings.rotateSize, 1024 ** 3)
    assert.equal(parsed('file.rotate=77').settings.rotateSize, 77)
  })

  test('prints what it reads', () => {
    const { settings } = parsed(
      'time=sec,all.level=warn,sip.max_size=32,file.rotate=5K,file.path=x,api.key=1',
    )
    assert.deepEqual(parsed(printLogOptions(settings).join(',')).settings, settings)
  })

  const wrong: [string, RegExp][] = [
    ['sip.level=loud', /"sip\.level=loud": expected sip\.level=none\|error\|warn\|info\|debug/],
    ['phy.level=debug', /"phy\.level=debug": expected a layer: one of ims, sip/],
    ['sip.colour=1', /expected sip\.level\|max_size\|payload\|key\|crypto/],
    ['sip.max_size=many', /expected sip\.max_size=0 for none/],
    ['sip.max_size=-2', /max_size/],
    ['sip.key=yes', /expected sip\.key=0\|1/],
    ['time=long', /expected time=sec\|short\|full/],
    ['file=close', /expected file=cut/],
    ['file.rotate=10T', /expected file\.rotate=now or a size/],
    ['file.path=', /expected file\.path=FOLDER/],
    ['append=2', /expected append=0\|1/],
    ['debug', /"debug": expected an assignment/],
    ['colour=1', /expected time, file/],
    ['__proto__.level=debug', /expected a layer/],
    ['sip.constructor=1', /expected sip\.level/],
    ['constructor=1', /expected time/],
  ]
  for (const [text, error] of wrong)
    test(`names the wrong token and what would be right: ${text}`, () => {
      const before = defaultSettings()
      const result = parseLogOptions(`sip.level=debug,${text}`, before)
      assert.ok(!result.ok)
      assert.match(result.error, error)
      assert.deepEqual(before, defaultSettings(), 'nothing of it is applied')
    })

  test('any text gives a value or an error', () => {
    const alphabet = 'sip.level=debug,all max_size-1file.rotate=now\0\n{}é🙂'
    let seed = 7
    for (let round = 0; round < 3000; round++) {
      let text = ''
      for (let i = 0; i < round % 40; i++) {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        text += alphabet[seed % alphabet.length]
      }
      const result = parseLogOptions(text)
      if (!result.ok) assert.match(result.error, /expected/)
    }
  })
})
