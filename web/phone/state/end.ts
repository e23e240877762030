import { type RefObject, useEffect, useRef } from 'react'

/** So near to its end something counts as read to the end, pixels. */
const NEAR = 40

/**
 * Shows the end of what scrolls when something new comes, and goes on showing it to whoever reads there: texts grow by their
 * fates, and the room for them shrinks by a keyboard.
 */
export const useEnd = (newest: string | undefined): RefObject<HTMLDivElement | null> => {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = box.current
    if (!element || newest === undefined) return
    let atEnd = true
    const show = (): void => {
      if (atEnd) element.scrollTop = element.scrollHeight
    }
    const onScroll = (): void => {
      atEnd = element.scrollHeight - element.clientHeight - element.scrollTop < NEAR
    }
    show()
    const sizes = new ResizeObserver(show)
    for (const one of [element, ...element.children]) sizes.observe(one)
    element.addEventListener('scroll', onScroll)
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [newest])
  return box
}
