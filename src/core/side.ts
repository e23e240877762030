import type { Side } from './ports.ts'

export const otherSide = (side: Side): Side => (side === 'caller' ? 'callee' : 'caller')
