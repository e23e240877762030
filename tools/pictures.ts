// Makes the pictures of README.md anew, from real runs: node_modules/.bin/node tools/pictures.ts [CHROMIUM]
// Needs the ports of the default configuration, Chromium, curl and python3; the secrets shown are thrown away.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { takePhonePictures } from './phone-pictures.ts'

const root = join(import.meta.dirname, '..')
const pictures = join(root, 'docs/pictures')

/** A newcomer's folder: the project as it is now, without anything of earlier runs. */
const folder = mkdtempSync(join(tmpdir(), 'tandem-pictures-'))
for (const part of ['bin', 'src', 'tools', 'web/dist', 'package.json'])
  cpSync(join(root, part), join(folder, part), { recursive: true })
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))

type Run = { command: string; process: ChildProcess; text(): string }

const running: Run[] = []
const start = (command: string): Run => {
  const child = spawn('bash', ['-c', command], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // What this machine's npm has to say is no part of the picture.
    env: { ...process.env, NPM_CONFIG_USERCONFIG: '/dev/null' },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part) => (text += part))
  const run = { command, process: child, text: () => text }
  running.push(run)
  return run
}
const ended = async (command: string): Promise<Run> => {
  const run = start(command)
  await once(run.process, 'close')
  return run
}
const says = async (run: Run, pattern: RegExp): Promise<void> => {
  for (let turn = 0; !pattern.test(run.text()); turn++) {
    if (turn > 300 || run.process.exitCode !== null) throw new Error(`${run.command}:\n${run.text()}`)
    await sleep(100)
  }
}
const stop = async ({ process: child }: Run): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  process.kill(-child.pid, 'SIGINT')
  await once(child, 'close')
}

/** `title`: of all its terminals, or of each. */
type Card = { name: string; title: string | string[]; columns: number; terminals: Run[][] }

const MISTAKEN = `sip_addr: [{ addr: "192.0.2.300:5060", port_min: 20000, port_max: 10000 }],
domain: "tandem.local",
ue_db: [
  { impi: "1001", impu: ["1001"], pasword: "geheim" },
  { impi: "1001", impu: ["1002"], pwd: "x" },
  { imsi: "001010000001003", sim_algo: "milenage", K: "00112233", opc: "zz" },
],
admin: { http_adr: "0.0.0.0:8200" },
timer_t1: "fast",
`

const takeRuns = async (): Promise<Card[]> => {
  const server = start('npm start')
  await says(server, /^Tandem is ready$/m)
  const echo = await ended('npx tandem sim ue --user 1001 --call 600')
  const callee = start('npx tandem sim ue --user 1003 --answer --calls 1')
  await says(callee, /waiting/)
  const caller = start('npx tandem sim ue --user 1001 --call 1003 --seconds 8')
  await says(caller, /answered/)
  await sleep(2000)
  const monitor = []
  for (const command of ['users', 'users 1003', 'calls', 'calls last'])
    monitor.push(await ended(`npx tandem monitor ${command}`))
  for (const run of [caller, callee]) if (run.process.exitCode === null) await once(run.process, 'close')
  const key = /key: "([^"]+)", scopes/.exec(readFileSync(join(folder, 'data/tandem.cfg'), 'utf8'))?.[1] ?? ''
  const rest = await ended(
    `curl -s -H "Authorization: Bearer ${key}" \\\n    "http://127.0.0.1:8200/api/v1/calls?limit=1" | python3 -m json.tool`,
  )
  const log = await ended('cat data/tandem.log')
  const texts = await takeTexts(`curl -s -H "Authorization: Bearer ${key}"`)
  const greeting = server.text()
  await stop(server)
  writeFileSync(join(folder, 'ims.cfg'), MISTAKEN)
  const check = await ended('npx tandem check ims.cfg')
  return [
    { name: 'start', title: 'the server', columns: 80, terminals: [[{ ...server, text: () => greeting }]] },
    { name: 'echo', title: 'another terminal', columns: 80, terminals: [[echo]] },
    { name: 'call', title: 'two handsets', columns: 80, terminals: [[callee], [caller]] },
    { name: 'monitor', title: 'monitor', columns: 80, terminals: [monitor] },
    { name: 'rest', title: 'REST', columns: 80, terminals: [[rest]] },
    {
      ...{ name: 'text', columns: 84, terminals: texts },
      title: ['an application', 'a handset', 'a phone', 'the operator'],
    },
    { name: 'log', title: 'log', columns: 124, terminals: [[log]] },
    { name: 'check', title: 'tandem check', columns: 120, terminals: [[check]] },
  ]
}

/** A text from an application to a handset, its answer to a phone, and what the server knows of it. */
const takeTexts = async (curl: string): Promise<Run[][]> => {
  const url = 'http://127.0.0.1:8200/api/v1/messages'
  const phone = start('npx tandem sim ue --user 1001 --texts 1')
  const handset = start('npx tandem sim ue --user 1003 --texts 1 --reply "Hello yourself"')
  for (const run of [phone, handset]) await says(run, /waiting/)
  const wish = `{ "from": "1001", "to": "1003", "text": "Hello handset" }`
  const post = await ended(`${curl} \\\n    --json '${wish}' \\\n    ${url}`)
  for (const run of [handset, phone]) if (run.process.exitCode === null) await once(run.process, 'close')
  const id = /"id":"([^"]+)"/.exec(post.text())?.[1] ?? ''
  const timeline = await ended(`npx tandem monitor message ${id}`)
  return [[post], [handset], [phone], [timeline]]
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)

/** As a terminal of that width breaks its lines. */
const wrapped = (text: string, columns: number): string =>
  text
    .split('\n')
    .flatMap((line) => (line === '' ? [''] : (line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])))
    .join('\n')

const terminal = (runs: Run[], title: string, columns: number): string => {
  const body = runs
    .map((run) => `<b>$ ${escaped(run.command)}</b>\n${escaped(wrapped(run.text().trim(), columns))}`)
    .join('\n\n')
  return `<section><header><i></i><i></i><i></i>${title}</header><pre style="width:${columns}ch">${body}</pre></section>`
}

const STYLE = `
  :root { --page: #fff; --card: #f7f7f5; --bar: #e9e9e5; --text: #24292f; --dim: #6e7781; --accent: #0550ae; --edge: #d0d7de }
  @media (prefers-color-scheme: dark) {
    :root { --page: #0d1117; --card: #161b22; --bar: #21262d; --text: #d6dde4; --dim: #8b949e; --accent: #79c0ff; --edge: #30363d }
  }
  body { margin: 0; background: var(--page); display: inline-block; padding: 10px }
  section { background: var(--card); border: 1px solid var(--edge); border-radius: 8px; overflow: hidden }
  section + section { margin-top: 12px }
  header { background: var(--bar); color: var(--dim); font: 12px sans-serif; padding: 7px 12px }
  header i { display: inline-block; width: 10px; height: 10px; border-radius: 5px; background: var(--edge); margin-right: 6px }
  pre { margin: 0; padding: 12px 16px; color: var(--text); font: 13px/1.4 "DejaVu Sans Mono", monospace }
  b { color: var(--accent); font-weight: normal }`

const render = async (cards: Card[], executablePath: string): Promise<void> => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-lcd-text'] })
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme, deviceScaleFactor: 1 })
      for (const { name, title, columns, terminals } of cards) {
        const sections = terminals
          .map((runs, at) => terminal(runs, typeof title === 'string' ? title : (title[at] ?? ''), columns))
          .join('')
        await page.setContent(`<style>${STYLE}</style><body>${sections}</body>`)
        await page.locator('body').screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
      }
    }
  } finally {
    await browser.close()
  }
}

try {
  await render(await takeRuns(), process.argv[2] ?? '/usr/bin/chromium')
  await takePhonePictures(pictures)
} finally {
  await Promise.all(running.map(stop))
  rmSync(folder, { recursive: true, force: true })
}
