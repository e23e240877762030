import { calls } from './zh-hant-calls.ts'
import { pages } from './zh-hant-pages.ts'
import { troubles } from './zh-hant-troubles.ts'

/** Traditional Chinese by the English text. The keys are all words that the phone may say. */
export const zhHant = { ...calls, ...pages, ...troubles }
