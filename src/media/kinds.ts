/** What a payload type is to a leg. */
export const [UNKNOWN, SPEECH, EVENT] = [0, 1, 2]

/** What payload types are, by number, and the clock rates of events. Shared by all legs with the same ones. */
export type Kinds = { readonly types: Readonly<Uint8Array>; readonly rates: ReadonlyMap<number, number> }
