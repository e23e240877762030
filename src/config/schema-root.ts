import type { Shape } from './schema.ts'
import { listOf } from './schema-groups.ts'
import { type ManualSettings, manualShape } from './schema-manual.ts'
import { type TandemSettings, tandemShape } from './schema-tandem.ts'
import { type EntryRead, userKind } from './schema-users.ts'

/** Everything a file may hold at top level, as it is written. */
export type RootSettings = ManualSettings & TandemSettings & { ue_db: EntryRead[] }

export const rootShape: Shape<RootSettings> = {
  ...manualShape,
  ...tandemShape,
  ue_db: { kind: listOf(userKind), default: [], about: 'The users.' },
}
