import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peer } from './peers.ts'
import { freePort, portRange } from './ports.ts'
import { startProgram } from './program.ts'
import { temporaryFolder } from './tandem.ts'

/** Why nothing can be converted to AMR, if so. */
export const withoutAmr = (): string | false => {
  const { path, skip } = peer('rtpengine')
  if (skip) return skip
  const said = spawnSync(path, ['--config-file=none', '--codecs'], { encoding: 'utf8' }).stdout
  return (
    !/ AMR: fully supported/.test(said) &&
    'rtpengine cannot write AMR (tools/peers.sh installs libavcodec-extra)'
  )
}

/** rtpengine in user space on loopback, with a configuration that says nothing: the packaged one opens other ports. `keysTo`: where it tells of keys. */
export const startRtpengine = async ({ keysTo }: { keysTo?: string } = {}) => {
  const folder = temporaryFolder('rtpengine')
  const config = join(folder, 'empty.conf')
  writeFileSync(config, '[rtpengine]\n')
  const port = await freePort()
  const { from, to } = portRange(200)
  const program = startProgram(peer('rtpengine').path, [
    ...[`--config-file=${config}`, '--foreground', '--log-stderr', '--table=-1', '--num-threads=1'],
    ...['--interface=127.0.0.1', `--listen-ng=127.0.0.1:${port}`, `--port-min=${from}`, `--port-max=${to}`],
    ...(keysTo ? [`--dtmf-log-dest=${keysTo}`] : []),
  ])
  await program.waitFor(/Startup complete/)
  return { port, output: program.output, stop: () => program.stop() }
}
