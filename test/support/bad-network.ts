import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { peer, without } from './peers.ts'

/** A network namespace at the other end of a bad path. `by`: what makes it bad, `note`: in words for whoever reads the test. */
export type BadNetwork = {
  /** Our own address on the path. */
  address: string
  /** What runs a program there: put before its own words. */
  within: string[]
  by: 'netem' | 'iptables'
  note: string
  close(): void
}

const WISH = ['delay', '20ms', '5ms', 'loss', '10%', 'duplicate', '5%', 'reorder', '95%', '25%']

/** Why there can be none here. */
export const noBadNetwork = (): string | false => {
  if (process.getuid?.() !== 0) return 'network namespaces are for root'
  return without('ip')
}

/**
 * 10 % of datagrams are lost both ways, by `tc netem` (which doubles and delays some, too), or by the packet filter where
 * the kernel has no netem. A text instead says why neither works.
 */
export const openBadNetwork = (): BadNetwork | string => {
  const run = (command: string, ...words: string[]): void => {
    execFileSync(peer(command).path || command, words, { stdio: 'pipe' })
  }
  const mark = `${randomInt(10_000, 99_999)}`
  const [name, near, far] = [`tandem${mark}`, `th${mark}`, `tn${mark}`]
  const net = `10.${randomInt(200, 250)}.${randomInt(1, 250)}`
  const inside = (...words: string[]): void => run('ip', 'netns', 'exec', name, ...words)
  const close = (): void => {
    try {
      run('ip', 'netns', 'del', name)
    } catch {}
  }
  const worsen = (): Pick<BadNetwork, 'by' | 'note'> => {
    try {
      inside('tc', 'qdisc', 'add', 'dev', far, 'root', 'netem', ...WISH)
      run('tc', 'qdisc', 'add', 'dev', near, 'root', 'netem', ...WISH)
      return { by: 'netem', note: `netem: ${WISH.join(' ')}` }
    } catch (problem) {
      const said = String((problem as { stderr?: unknown }).stderr ?? problem).trim()
      const chance = [
        '-p',
        'udp',
        '-m',
        'statistic',
        '--mode',
        'random',
        '--probability',
        '0.1',
        '-j',
        'DROP',
      ]
      inside('iptables', '-A', 'INPUT', ...chance)
      // On its way out it may be an error to who sends it, which is as good as lost.
      inside('iptables', '-t', 'mangle', '-A', 'POSTROUTING', ...chance)
      const instead = 'so that the packet filter loses 10 % and the simulated device doubles and delays 5 %'
      return {
        by: 'iptables',
        note: `NOT by netem, which this kernel does not have (tc: ${said}): ${instead}`,
      }
    }
  }
  try {
    run('ip', 'netns', 'add', name)
    run('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far)
    run('ip', 'link', 'set', far, 'netns', name)
    run('ip', 'addr', 'add', `${net}.1/30`, 'dev', near)
    run('ip', 'link', 'set', near, 'up')
    inside('ip', 'addr', 'add', `${net}.2/30`, 'dev', far)
    inside('ip', 'link', 'set', far, 'up')
    return { address: `${net}.1`, within: [peer('ip').path, 'netns', 'exec', name], ...worsen(), close }
  } catch (problem) {
    close()
    return `no bad network here: ${(problem as Error).message.split('\n')[0]}`
  }
}
