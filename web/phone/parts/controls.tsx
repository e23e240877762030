import type { ReactElement, ReactNode } from 'react'
import {
  Button,
  type ButtonProps,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Switch,
  ToggleButton,
} from 'react-aria-components'
import { Icon, type IconName } from './icon.tsx'

type Look = 'plain' | 'main' | 'soft' | 'danger' | 'go'

export const Press = ({
  icon,
  look = 'soft',
  children,
  className = '',
  ...props
}: Omit<ButtonProps, 'children' | 'className'> & {
  icon?: IconName
  look?: Look
  children?: ReactNode
  className?: string
}): ReactElement => (
  <Button {...props} className={`press press-${look} ${children ? '' : 'press-bare'} ${className}`}>
    {icon && <Icon name={icon} />}
    {children}
  </Button>
)

/** A round button with its word below, as in a call. `on` makes it a switch. */
export const Round = ({
  icon,
  word,
  on,
  onPress,
  look = 'soft',
  isDisabled = false,
  className = '',
}: {
  icon: IconName
  word: string
  className?: string
  on?: boolean
  onPress(): void
  look?: Look
  isDisabled?: boolean
}): ReactElement => {
  const inside = (
    <>
      <span className="round-face">
        <Icon name={icon} size={24} />
      </span>
      <span className="round-word">{word}</span>
    </>
  )
  return on === undefined ? (
    <Button className={`round round-${look} ${className}`} onPress={onPress} isDisabled={isDisabled}>
      {inside}
    </Button>
  ) : (
    <ToggleButton
      className={`round round-${look} ${className}`}
      isSelected={on}
      onChange={onPress}
      isDisabled={isDisabled}
    >
      {inside}
    </ToggleButton>
  )
}

export const Toggle = ({
  on,
  onChange,
  children,
  hint,
}: {
  on: boolean
  onChange(on: boolean): void
  children: ReactNode
  hint?: string
}): ReactElement => (
  <Switch className="switch" isSelected={on} onChange={onChange}>
    <span className="switch-words">
      <span>{children}</span>
      {hint && <small>{hint}</small>}
    </span>
    <span className="switch-track" aria-hidden="true" />
  </Switch>
)

export type Choosable<T extends string> = { id: T; name: string }

export const Choose = <T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: T
  options: readonly Choosable<T>[]
  onChange(value: T): void
}): ReactElement => (
  <Select
    className="choose"
    selectedKey={value}
    onSelectionChange={(key) => {
      const found = options.find(({ id }) => id === key)
      if (found) onChange(found.id)
    }}
  >
    <Label>{label}</Label>
    <Button className="choose-button">
      <SelectValue />
      <span className="choose-arrow" aria-hidden="true" />
    </Button>
    <Popover className="popover">
      <ListBox className="choose-list" items={options}>
        {({ id, name }) => (
          <ListBoxItem id={id} textValue={name} className="choose-item">
            {name}
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  </Select>
)

export const Meter = ({ level, label }: { level: number; label: string }): ReactElement => (
  // biome-ignore lint/a11y/useSemanticElements: <meter> cannot be styled alike everywhere.
  <div
    className="meter"
    role="meter"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.round(level * 100)}
  >
    <i style={{ transform: `scaleX(${level})` }} />
  </div>
)

export { Input, Label }
