// Writes the table of docs/configuration.md anew: node tools/configuration-reference.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { printReference } from '#config'

const page = new URL('../docs/configuration.md', import.meta.url)
const text = readFileSync(page, 'utf8')
const start = text.indexOf('| property |')
const end = text.indexOf('\n\n', start)
writeFileSync(page, `${text.slice(0, start)}${printReference()}${text.slice(end + 1)}`)
