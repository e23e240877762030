export type { ConfigurationFile, Loaded } from './load.ts'
export { type Problem, printProblem } from './problem.ts'
export type * from './settings.ts'
export { AUTHENT_TYPES } from './settings-users.ts'
