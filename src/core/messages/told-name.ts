import type { MessageRecord } from './record.ts'

const WORD = 'exchange'

/** A text's tag that keeps the sender's name, as another exchange told it. */
export const tagOfName = (name: string): string => `${WORD} ${name}`

/** That name. What others tag their texts with may look alike. */
export const toldName = ({ origin, tag = '' }: Pick<MessageRecord, 'origin' | 'tag'>): string | undefined =>
  origin === 'sip' && tag.startsWith(`${WORD} `) ? tag.slice(WORD.length + 1) : undefined
