import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { throughDeaths } from '../../../test/support/gateway-deaths.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-gateways-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('through kill -9 no text is lost, none is handed to a card twice, and reports find theirs', () =>
  throughDeaths(join(folder, 'texts.db'), 5, (round) => round * 150))
