import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import { diskFiles, reasonOf } from './files.ts'
import { firstConfiguration } from './first-text.ts'
import { type Loaded, loadConfiguration } from './load.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './settings.ts'

/** What the banner of the default start tells. Numbers are what a phone dials. */
export type FirstStart = {
  file: string
  /** False: an earlier start wrote it. */
  created: boolean
  loaded: Loaded
  echo?: string
  sipUsers: { number: string; user: string; password: string }[]
  simUsers: {
    number: string
    impi: string
    imsi?: string
    k: string
    opc: string
    msisdn?: string
    domain: string
  }[]
  /** Of the REST API. */
  apiKey?: string
}

export const FIRST_FILE = 'tandem.cfg'
const ELSEWHERE = ' (TANDEM_DATA=FOLDER names another folder)'

/**
 * The start without a file: uses `<dataDir>/tandem.cfg`, and writes it before when there is none, with generated
 * secrets and readable by its owner only. An existing file is never touched.
 */
export const writeFirstConfiguration = ({
  dataDir,
  random,
}: {
  dataDir: string
  random: Random
}): Result<FirstStart, Problem[]> => {
  const file = join(dataDir, FIRST_FILE)
  let created = false
  try {
    if (!diskFiles.exists(file)) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      created = writeNew(file, firstConfiguration(random), random.token())
    }
  } catch (error) {
    return err([
      {
        file,
        line: 0,
        column: 0,
        property: '',
        message: `cannot be written: ${reasonOf(error)}${ELSEWHERE}`,
      },
    ])
  }
  const loaded = loadConfiguration(file)
  return loaded.ok ? ok({ file, created, loaded: loaded.value, ...toldOf(loaded.value.settings) }) : loaded
}

/** Whole or not at all, even when the power fails; false when another process was faster. */
const writeNew = (file: string, text: string, unique: string): boolean => {
  const draft = `${file}.${unique}`
  const descriptor = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    closeSync(descriptor)
    rmSync(draft, { force: true })
  }
}

const toldOf = ({ ue_db, echo, admin }: Settings): Omit<FirstStart, 'file' | 'created' | 'loaded'> => {
  const told: Omit<FirstStart, 'file' | 'created' | 'loaded'> = { sipUsers: [], simUsers: [] }
  for (const { impi, impus, pwd, sim, imsi, msisdn, domain } of ue_db) {
    const number = (impus[0]?.impu ?? '').replace(/^\w+:/, '')
    if (pwd !== undefined) told.sipUsers.push({ number, user: impi, password: pwd })
    else if (sim?.sim_algo === 'miln' && sim.operator.kind === 'opc') {
      const [k, opc] = [sim.k.toHex(), sim.operator.value.toHex()]
      const known = { ...(imsi !== undefined && { imsi }), ...(msisdn !== undefined && { msisdn }) }
      told.simUsers.push({ number, impi, k, opc, domain, ...known })
    }
  }
  const apiKey = admin?.api_keys[0]?.key
  return { ...told, ...(echo !== undefined && { echo }), ...(apiKey !== undefined && { apiKey }) }
}
