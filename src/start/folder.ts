import { accessSync, constants, mkdirSync } from 'node:fs'
import { err, ok, type Result } from '#lib/result'

/** Makes the data folder where there is none, for its owner alone. The error says who may not do what. */
export const prepareFolder = (folder: string): Result<void, string> => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return ok(undefined)
  } catch (problem) {
    return err(`data_dir: ${folder}: ${reasonOf(problem as NodeJS.ErrnoException)}`)
  }
}

const ELSEWHERE = 'or name another folder with data_dir or TANDEM_DATA'

const reasonOf = ({ code, message }: NodeJS.ErrnoException): string => {
  if (code === 'EACCES' || code === 'EPERM')
    return `this user may not write there: give it the folder, ${ELSEWHERE}`
  if (code === 'EROFS') return `this disk is read-only: use another one, ${ELSEWHERE}`
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return `there is a file of that name: move it away, ${ELSEWHERE}`
  return message
}
