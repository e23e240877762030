import { globSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import type { Tree } from './architecture.ts'

/** Spelled in two halves, so that this file does not find itself. */
const MARKS = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`)
const PLACES = new RegExp(
  `(^|[\\s"'\`(=:])/(${['wo' + 'rk', 'ho' + 'me', 'ro' + 'ot', 'Us' + 'ers'].join('|')})/`,
)
const HOSTS = new RegExp(
  `\\b${'regi' + 'stry'}\\.[a-z0-9-]+\\.[a-z]{2,}|${'_auth' + 'Token'}|^\\s*${'regi' + 'stry'}\\s*=`,
  'i',
)

const everyLine = (tree: Tree, wrong: RegExp, what: string): string[] => {
  const faults: string[] = []
  for (const [path, text] of tree) {
    if (path.includes('/fixtures/')) continue
    text.split('\n').forEach((line, index) => {
      if (wrong.test(line)) faults.push(`${path}:${index + 1}: ${what}`)
    })
  }
  return faults
}

export const openMarks = (tree: Tree): string[] =>
  everyLine(tree, MARKS, 'an open mark: file an issue instead')
export const machinePaths = (tree: Tree): string[] => everyLine(tree, PLACES, 'a path of one machine')
export const registryHosts = (tree: Tree): string[] =>
  everyLine(tree, HOSTS, 'the address of a package registry')

type Manifest = {
  allowScripts?: Record<string, boolean>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/** The globs of the lanes that match no file: a lane would pass on nothing. */
export const emptyGlobs = (globs: readonly string[], root: string): string[] =>
  globs.filter((glob) => globSync(glob, { cwd: root }).length === 0).map((glob) => `${glob} matches no file`)

/** The test files that no lane reaches: they would never run. */
export const idleTests = (globs: readonly string[], tree: Tree): string[] =>
  [...tree.keys()]
    .filter((path) => path.endsWith('.test.ts') && !path.includes('/fixtures/'))
    .filter((path) => !globs.some((glob) => matchesGlob(path, glob)))
    .map((path) => `${path}: no lane runs it`)

/** An install script runs only for the Node package, and versions are exact. */
export const manifestFaults = (manifest: Manifest): string[] => {
  const faults: string[] = []
  if (JSON.stringify(manifest.allowScripts) !== '{"node":true}')
    faults.push('package.json: allowScripts must be {"node": true}, by name alone')
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
    if (!/^\d+\.\d+\.\d+/.test(version))
      faults.push(`package.json: ${name} ${version} is not an exact version`)
  return faults
}

/** Download addresses in the lock tie it to one mirror. */
export const lockFaults = (lock: string): string[] =>
  [...lock.matchAll(/"resolved":\s*"([a-z]+):/g)].map(
    ([, scheme]) => `package-lock.json: a resolved ${scheme} address`,
  )
