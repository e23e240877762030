/**
 * The shapes that nearly all traffic has. Matching an expression against a part of a datagram costs a third of a loop
 * over its characters; whatever does not fit goes to the full grammar, which accepts all of this and more. The classes
 * of neighbouring parts share no character, so no input makes them slow.
 */
const PORT_NUMBER = '[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}'
const PORT = `(?::(?:${PORT_NUMBER}))?`
const HEADER_PARAMS = "(?:;[\\w.-]+(?:=[\\w.!%*+`'~-]+)?)*"
const SIP_URI = `sips?:(?:[\\w.+*~-]+@)?[\\w.-]+${PORT}(?:;[\\w.-]+(?:=[\\w.!*+'~-]+)?)*`

export const PLAIN_URI = new RegExp(`^${SIP_URI}$`)
export const PLAIN_ADDRESS = new RegExp(`^(?:"[^"\\\\]*" ?)?<${SIP_URI}>${HEADER_PARAMS}$`)
export const PLAIN_VIA = new RegExp(`^SIP/2\\.0/[A-Z]+ [\\w.-]+${PORT}${HEADER_PARAMS}$`)

/** One hop as most phones write it: transport, host, port, rport before or after the branch. */
export const COMMON_VIA = new RegExp(
  `^SIP/2\\.0/([A-Z]+) ([a-z\\d.-]+)(?::(${PORT_NUMBER}))?(;rport)?;branch=([\\w.-]+)(;rport)?$`,
)
