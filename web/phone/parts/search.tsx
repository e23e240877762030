import type { ReactElement } from 'react'
import { Button, Input, SearchField } from 'react-aria-components'
import { useWords } from '../words/index.ts'
import { Icon } from './icon.tsx'

export const Search = ({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange(value: string): void
}): ReactElement => {
  const say = useWords()
  return (
    <SearchField className="search" aria-label={label} value={value} onChange={onChange}>
      <Icon name="search" size={18} />
      <Input placeholder={label} autoComplete="off" spellCheck={false} />
      <Button className="search-clear" aria-label={say('Clear')}>
        <Icon name="close" size={16} />
      </Button>
    </SearchField>
  )
}
