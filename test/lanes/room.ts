import { resolve } from 'node:path'
import { test } from 'node:test'

/** Several files of tests in one process: `node room.ts FILE...`. A file that cannot be read is a test that failed. */
for (const file of process.argv.slice(2))
  await import(resolve(file)).catch((error: unknown) =>
    test(file, () => {
      throw error
    }),
  )
