import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peer } from './peers.ts'
import { startProgram } from './program.ts'
import { temporaryFolder } from './tandem.ts'
import { fill } from './template.ts'

export type Kamailio = { readonly pid: number; output(): string; stop(): Promise<void> }

/** Starts Kamailio on a configuration below test/peers/kamailio; `words` fill it in. */
export const startKamailio = async (
  config: string,
  words: Record<string, string | number>,
): Promise<Kamailio> => {
  const folder = temporaryFolder('kamailio')
  const source = readFileSync(join(import.meta.dirname, '../peers/kamailio', `${config}.cfg`), 'utf8')
  const file = join(folder, 'kamailio.cfg')
  writeFileSync(file, fill(config, source, config === 'registrar' ? { refer: 'passed', ...words } : words))
  const args = ['-f', file, '-DD', '-E', '-m', '64', '-M', '8', '-Y', folder, '-P', join(folder, 'pid')]
  const program = startProgram(peer('kamailio').path, args)
  await program.waitFor(/Listening on[\s\S]*Aliases/, 30_000)
  return {
    pid: program.pid,
    output: program.output,
    /** Its own children go with it only when it is asked to stop. */
    stop: async () => {
      await program.stop(10_000)
    },
  }
}
