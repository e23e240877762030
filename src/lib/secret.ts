/** The same work for every guess of one length: how far it was right must not show. An empty secret is nobody's. */
export const sameSecret = (given: string, secret: string): boolean => {
  if (secret === '') return false
  let different = given.length ^ secret.length
  for (let i = 0; i < given.length; i++)
    different |= given.charCodeAt(i) ^ secret.charCodeAt(i % secret.length)
  return different === 0
}
