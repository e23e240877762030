import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A counterpart on this machine: where it is, or why its tests are left out. */
export type Peer = { path: string; skip: false } | { path: ''; skip: string }

/** Debian keeps servers where an ordinary user's path does not look. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']

export const peer = (command: string): Peer => {
  for (const folder of FOLDERS) {
    const path = join(folder, command)
    try {
      accessSync(path, constants.X_OK)
      return { path, skip: false }
    } catch {}
  }
  return { path: '', skip: `${command} is not installed (tools/peers.sh installs it)` }
}

/** The first reason to leave a test out that needs all of these. */
export const without = (...commands: string[]): string | false =>
  commands.map((command) => peer(command).skip).find((skip) => skip !== false) ?? false
