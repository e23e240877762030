import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { throughDeaths } from '../support/gateway-deaths.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-gateways-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('thirty deaths amid texts by SIM cards: nothing lost, nothing doubled, every report told', () =>
  throughDeaths(join(folder, 'texts.db'), 30, (round) => 200 + ((round * 137) % 500)))
