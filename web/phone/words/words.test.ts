import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import { zhHant } from './zh-hant.ts'

const root = join(import.meta.dirname, '..')
const source = globSync('**/*.{ts,tsx}', { cwd: root })
  .filter((path) => !path.includes('zh-hant') && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n')

const placesIn = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)/g)].map(([, name = '']) => name).sort()

describe('words', () => {
  for (const [english, chinese] of Object.entries(zhHant)) {
    test(`${english.slice(0, 40)}`, () => {
      assert.ok(source.includes(`'${english}'`) || source.includes(`"${english}"`), 'nobody says it any more')
      const bare = (text: string) => new Set(placesIn(text).filter((name) => !/^(one|other)$/.test(name)))
      assert.deepEqual(bare(chinese), bare(english), 'the same places are filled')
      assert.ok(compileMessage(english) && compileMessage(chinese))
    })
  }
})
