import { TextField } from '../../ui/field'
import s from './fields.module.css'
import { type EditProps, inputOf, type Kind, textOf } from './kind'
import { text } from './text'

const Input = (props: EditProps & { type: 'email' | 'tel' | 'url' }) => (
  <TextField
    {...inputOf(props)}
    type={props.type}
    value={textOf(props.value)}
    onChange={(event) => props.onChange(event.currentTarget.value.trim())}
  />
)
const operators = ['eq', 'contains', 'prefix', 'empty'] as const

/** Where a link may go: what people type may hold anything, so only these schemes are followed. */
export function safeUrl(value: string): string | undefined {
  const address = /^https?:\/\//i.test(value) ? value : `https://${value}`
  try {
    const found = new URL(address)
    return (found.protocol === 'https:' || found.protocol === 'http:') && found.hostname.includes('.') ? found.href : undefined
  } catch {
    return undefined
  }
}

export const email: Kind = {
  ...text,
  operators,
  Show: ({ value }) => (
    <a
      className={s.link}
      href={`mailto:${encodeURIComponent(textOf(value)).replace('%40', '@')}`}
      onClick={(event) => event.stopPropagation()}
    >
      {textOf(value)}
    </a>
  ),
  Edit: (props) => <Input {...props} type="email" />,
}

export const phone: Kind = {
  ...text,
  operators,
  Show: ({ value }) => (
    <a className={s.link} href={`tel:${textOf(value).replace(/[^\d+;=ext]/g, '')}`} onClick={(event) => event.stopPropagation()}>
      {textOf(value)}
    </a>
  ),
  Edit: (props) => <Input {...props} type="tel" />,
}

export const url: Kind = {
  ...text,
  operators,
  Show: ({ value }) => {
    const address = safeUrl(textOf(value))
    if (address === undefined) return <>{textOf(value)}</>
    return (
      <a className={s.link} href={address} target="_blank" rel="noreferrer noopener" onClick={(event) => event.stopPropagation()}>
        {textOf(value)
          .replace(/^https?:\/\//i, '')
          .replace(/\/$/, '')}
      </a>
    )
  },
  Edit: (props) => <Input {...props} type="url" />,
}
