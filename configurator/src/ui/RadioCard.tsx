import { useId } from 'react'

/** One of a few plain choices: a radio button that is its whole card. */
export function RadioCard({
  name,
  label,
  value,
  lang,
  isChosen,
  onChoose,
}: {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly lang?: string
  readonly isChosen: boolean
  readonly onChoose: () => void
}) {
  const id = useId()
  return (
    <div className="card" data-state={isChosen ? 'selected' : 'free'} data-value={value}>
      <input id={id} type="radio" name={name} checked={isChosen} onChange={onChoose} />
      <label className="card-text card-name" htmlFor={id} lang={lang}>
        {label}
      </label>
    </div>
  )
}
