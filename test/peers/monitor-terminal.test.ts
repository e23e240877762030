import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { without } from '../support/peers.ts'
import { type Program, run, startProgram } from '../support/program.ts'
import { md5User, node, startTandem, type Tandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const [UP, TAB, ENTER, CTRL_C] = ['\x1b[A', '\t', '\r', '\x03']
const PROMPT = /\(tandem\) $/

/** script(1) gives the monitor a real terminal, whose keys are what is written to it. */
describe('the monitor on a real terminal', { skip: without('script') }, () => {
  let house: Tandem
  const open: Program[] = []
  const main = join(import.meta.dirname, '../../src/main.ts')
  const historyFile = () => join(house.dataDir, 'monitor.history')

  /** The terminal's own part of the screen: what came since the last key. */
  type Terminal = { program: Program; from: number }

  const shows = (terminal: Terminal, what: RegExp): Promise<true> =>
    until(`the terminal shows ${what}`, () =>
      what.test(stripVTControlCharacters(terminal.program.output().slice(terminal.from))),
    )
  const attach = async (): Promise<Terminal> => {
    const command = `${node} ${main} monitor --data ${house.dataDir}`
    const program = startProgram('script', ['-qefc', command, '/dev/null'], {
      stdin: 'pipe',
      env: { TERM: 'xterm' },
    })
    open.push(program)
    const terminal = { program, from: 0 }
    await shows(terminal, PROMPT)
    return terminal
  }
  /** Presses keys, and waits for what they bring to the screen. */
  const press = async (terminal: Terminal, keys: string, shown: RegExp): Promise<void> => {
    terminal.from = terminal.program.output().length
    terminal.program.write(keys)
    await shows(terminal, shown)
  }
  const leave = async ({ program }: Terminal): Promise<void> => {
    program.write(CTRL_C)
    assert.equal((await program.ended).code, 0)
  }

  before(async () => {
    house = await startTandem({
      config: { ue_db: [md5User('alice', 'wonder', '+4930111'), md5User('albert', 'stone')] },
    })
  })
  after(async () => {
    for (const terminal of open) await terminal.kill9()
    await house?.stop()
  })

  test('completes commands and their arguments with the tab key', async () => {
    const terminal = await attach()
    await press(terminal, `use${TAB}`, /users $/)
    await press(terminal, `alb${TAB}`, /albert$/)
    await press(terminal, TAB, /albert@tandem\.test/)
    await press(terminal, ENTER, /private identity +albert@tandem\.test[\s\S]*\(tandem\) $/)
    await press(terminal, `cev${TAB}`, /cevent $/)
    await press(terminal, `h${TAB}`, /help $/)
    await press(terminal, `m${TAB}`, /msg $/)
    await press(terminal, ENTER, /sip_<method>_rx[\s\S]*\(tandem\) $/)
    await press(terminal, `log sip.lev${TAB}`, /sip\.level=$/)
    await press(terminal, `de${TAB}`, /debug $/)
    await leave(terminal)
  })

  test('remembers what was typed, in other terminals too, but no secret', async () => {
    const first = await attach()
    await press(first, `users alice${ENTER}`, /tel:\+4930111[\s\S]*\(tandem\) $/)
    await press(first, `password=hunter2${ENTER}`, /is not a command[\s\S]*\(tandem\) $/)
    await press(first, ` calls last${ENTER}`, /no calls[\s\S]*\(tandem\) $/)
    const second = await attach()
    await press(second, UP, /users alice$/)
    await press(second, ENTER, /tel:\+4930111[\s\S]*\(tandem\) $/)
    await leave(first)
    await leave(second)
    const history = readFileSync(historyFile(), 'utf8')
    assert.doesNotMatch(history, /hunter2|calls last/)
    assert.match(history, /^users alice$/m)
    assert.equal(statSync(historyFile()).mode & 0o777, 0o600)
  })

  test('serves a pipe without prompt, completion or history', async () => {
    const before = readFileSync(historyFile(), 'utf8')
    const command = `printf 'users\\nhelp sms\\nnonsense\\n' | ${node} ${main} monitor --data ${house.dataDir}`
    const { code, stdout } = await run('sh', ['-c', command])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^USER[\s\S]*2 users, 0 registered\nsms <impi or impu> <text>\n[\s\S]*is not a command/,
    )
    assert.equal(stdout, stripVTControlCharacters(stdout))
    assert.doesNotMatch(stdout, /\(tandem\)/)
    assert.equal(readFileSync(historyFile(), 'utf8'), before)
  })
})
