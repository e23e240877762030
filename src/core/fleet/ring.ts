/** A place in a ring; `item` is undefined in its head only. */
export type Node<T> = { item: T | undefined; prev: Node<T>; next: Node<T> }

export const createNode = <T>(item?: T): Node<T> => {
  const node = { item } as Node<T>
  node.prev = node
  node.next = node
  return node
}

export const isLinked = (node: Node<unknown>): boolean => node.next !== node

export const unlink = (node: Node<unknown>): void => {
  node.prev.next = node.next
  node.next.prev = node.prev
  node.prev = node
  node.next = node
}

/** At the end of the ring; from wherever it was. */
export const append = <T>(head: Node<T>, node: Node<T>): void => {
  unlink(node)
  node.prev = head.prev
  node.next = head
  head.prev.next = node
  head.prev = node
}
