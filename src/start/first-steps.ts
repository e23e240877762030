import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Settings } from '#config'
import { nearAddress, printEndpoint } from './addresses.ts'

/** Where the commands of `firstSteps` will be typed, and what they find there by themselves. */
export type Site = { settings: Settings; file: string; cwd: string }

/** Commands that show a newcomer the house at work: for whatever configuration runs. */
export const firstSteps = ({ settings, file, cwd }: Site): string[] => {
  const config = file === resolve(cwd, 'data/tandem.cfg') ? '' : ` --config ${word(near(cwd, file))}`
  const data =
    settings.data_dir === resolve(cwd, 'data') ? '' : ` --data ${word(near(cwd, settings.data_dir))}`
  const handset = `npx tandem sim ue${config} --user`
  const [one, other] = callersOf(settings)
  const steps: string[] = []
  if (one !== undefined && settings.echo !== undefined)
    steps.push('  Call the echo service', `    ${handset} ${word(one)} --call ${word(settings.echo)}`)
  if (one !== undefined && other !== undefined)
    steps.push(
      '  Call between two simulated handsets, each in a terminal of its own',
      `    ${handset} ${word(other)} --answer`,
      `    ${handset} ${word(one)} --call ${word(other)}`,
    )
  if (one !== undefined && settings.goip && settings.goip.lines.length > 0)
    steps.push(
      '  Text by a SIM card in a simulated gateway, each in a terminal of its own',
      `    npx tandem sim goip${config} --reply`,
      `    ${handset} ${word(other ?? one)} --text "+15550100900:hello" --texts 1`,
    )
  steps.push('  Look into the server', `    npx tandem monitor${data} users`)
  if (settings.com_addr && one !== undefined)
    steps.push(
      '  Send a text by the remote API',
      `    npx tandem api${data} '{"message":"sms","impu":"${one}","text":"hello"}'`,
    )
  const [rest] = settings.admin?.http_addr ?? []
  if (rest && (settings.admin?.api_keys.length ?? 0) > 0)
    steps.push(
      `  Ask by REST; KEY stands in ${near(cwd, file)}, admin.api_keys`,
      `    curl -H "Authorization: Bearer KEY" ${restUrl(nearAddress(rest.address), rest.port)}/users`,
    )
  return ['', 'Try in another terminal', ...steps]
}

export const restUrl = (address: string, port: number): string =>
  `http://${printEndpoint(address, port)}/api/v1`

/** Two users whom the simulated handset can play: a phone with a password first, then preferably a SIM. */
const callersOf = ({ ue_db }: Settings): (string | undefined)[] => {
  const able = ue_db.filter(({ ring_only, pwd, sim }) => !ring_only && (pwd !== undefined || sim))
  const one = able.find(({ pwd }) => pwd !== undefined) ?? able[0]
  const other = able.find((user) => user !== one && user.sim) ?? able.find((user) => user !== one)
  return [one, other].map((user) => user && nameOf(user))
}

/** What one dials to reach a user: the first public identity, without its scheme. */
export const nameOf = ({ impi, impus }: Settings['ue_db'][number]): string =>
  impus[0]?.impu.replace(/^\w+:/, '') ?? impi

/** A path as one types it in `cwd`: what lies elsewhere is named in full. */
export const near = (cwd: string, path: string): string => {
  const short = relative(cwd, path)
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : join(short)
}

/** For a shell. */
const word = (text: string): string =>
  /^[\w.@+:,/=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
