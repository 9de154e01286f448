import type { OptionView, Value } from '@lot-one/rules'
import { useEffect, useId, useRef, useState } from 'react'
import type { MouseEvent } from 'react'
import { RAL_COLOURS } from '../scene/choices.ts'
import type { DesignSession, DesignView } from '../session.ts'
import { ConflictPanel } from './ConflictPanel.tsx'
import { markOf } from './mark.ts'
import type { Mark } from './mark.ts'
import { NoteCard } from './NoteCard.tsx'
import { useWords } from './words.ts'

/**
 * One option of the product: radio cards, swatches, a stepped scale or a switch. No value is ever disabled: one that clashes says
 * so, and choosing it opens the reason right below.
 */
export function OptionField(props: {
  readonly session: DesignSession
  readonly view: DesignView
  readonly option: OptionView
  readonly onTouch: (option: string) => void
}) {
  const { session, view, option, onTouch } = props
  const words = useWords()
  const { product } = session
  const id = useId()
  const field = useRef<HTMLFieldSetElement>(null)
  // Moving focus into the reason helps a pointer; under the arrow keys it would tear the focus out of the group.
  const [byPointer, setByPointer] = useState(false)
  const conflict = view.conflict?.option === option.id ? view.conflict : undefined
  const current = view.configuration[option.id]!
  const shown = conflict?.value ?? current
  const label = product.label(option.id, words.language)
  const valueLabel = (value: Value) => words.value(product, option.id, value)
  const choose = (value: Value) => {
    onTouch(option.id)
    session.choose(option.id, value)
  }
  const cards = {
    ...props,
    name: id,
    shown,
    mark: (value: Value) => markOf(words, session, view, option, value, current),
    valueLabel,
    choose,
    onPointer: (event: MouseEvent) => setByPointer(event.detail > 0),
    // a suggestion is checked already, so tapping it changes nothing in the group: it becomes her own choice all the same
    onPin: (value: Value) => {
      if (value === current && !conflict && !(option.id in view.design.selection)) choose(value)
    },
  }
  const kind = kindOf(option)
  const note = view.note && 'changes' in view.note && view.note.about === option.id ? view.note : undefined
  const open = conflict && (
    <ConflictPanel
      key={String(conflict.value)}
      session={session}
      view={view}
      conflict={conflict}
      focus={byPointer}
      onClosed={() => field.current?.querySelector<HTMLElement>('input:checked, input[role=switch]')?.focus()}
    />
  )
  return (
    <fieldset ref={field} className="option" data-option={option.id} data-kind={kind}>
      <legend>
        <span className="option-name">{label}</span>
        {kind !== 'switch' && (
          <span className="option-value" data-chosen={option.id in view.design.selection}>
            {valueLabel(current)}
          </span>
        )}
      </legend>
      {kind === 'switch' ? (
        <Switch {...cards} label={label} />
      ) : kind === 'scale' ? (
        <Scale {...cards} label={label} />
      ) : (
        <div className={`cards ${kind}`}>
          {option.values.map((value) => (
            <Card key={String(value)} {...cards} value={value} swatch={swatchOf(value)} />
          ))}
        </div>
      )}
      {open}
      {note && <NoteCard session={session} view={view} note={note} />}
    </fieldset>
  )
}

interface ValueProps {
  readonly option: OptionView
  readonly name: string
  readonly shown: Value
  readonly mark: (value: Value) => Mark
  readonly valueLabel: (value: Value) => string
  readonly choose: (value: Value) => void
  readonly onPointer: (event: MouseEvent) => void
  readonly onPin: (value: Value) => void
}

function Card({
  name,
  shown,
  mark,
  valueLabel,
  choose,
  onPointer,
  onPin,
  value,
  swatch,
}: ValueProps & { readonly value: Value; readonly swatch: string | undefined }) {
  const { state, text } = mark(value)
  const id = `${name}-${String(value)}`
  return (
    <label className="card" data-state={state} data-value={String(value)}>
      <input
        type="radio"
        name={name}
        checked={value === shown}
        aria-labelledby={`${id}-name`}
        aria-describedby={`${id}-mark`}
        onClick={(event) => {
          onPointer(event)
          onPin(value)
        }}
        onChange={() => choose(value)}
      />
      {swatch !== undefined && (
        <span className="swatch" style={{ background: swatch }} data-empty={swatch === ''} />
      )}
      <span className="card-text">
        <span className="card-name" id={`${id}-name`}>
          {valueLabel(value)}
        </span>
        <span className="card-mark" id={`${id}-mark`}>
          {text}
        </span>
      </span>
    </label>
  )
}

/** A grid of numbers: a slider that stops at each value, and the values themselves below it. */
function Scale(props: ValueProps & { readonly label: string }) {
  const { option, shown, valueLabel, choose, label, mark } = props
  const at = Math.max(0, option.values.indexOf(shown))
  const slider = useRef<HTMLInputElement>(null)
  const [dragged, setDragged] = useState<number>()
  const position = dragged ?? at
  // React's onChange is the DOM's `input`: while dragging only the slider moves, letting go (`change`) chooses.
  useEffect(() => {
    const input = slider.current
    if (!input) return
    const commit = () => {
      setDragged(undefined)
      const value = option.values[Number(input.value)]
      if (value !== undefined && value !== shown) choose(value)
    }
    input.addEventListener('change', commit)
    return () => input.removeEventListener('change', commit)
  })
  const value = option.values[position] ?? shown
  return (
    <>
      <input
        ref={slider}
        className="slider"
        type="range"
        min={0}
        max={option.values.length - 1}
        step={1}
        value={position}
        aria-label={label}
        aria-valuetext={`${valueLabel(value)}, ${mark(value).text}`}
        style={{ '--fill': option.values.length > 1 ? position / (option.values.length - 1) : 0 }}
        onChange={(event) => setDragged(Number(event.currentTarget.value))}
      />
      <div className="cards ticks">
        {option.values.map((each) => (
          <Card key={String(each)} {...props} value={each} swatch={undefined} />
        ))}
      </div>
    </>
  )
}

/** A yes or no: one switch that carries the price of the other position. */
function Switch({ name, label, shown, mark, choose, onPointer }: ValueProps & { readonly label: string }) {
  const other = !shown
  const { state, text } = mark(other)
  return (
    <label className="card switch" data-state={shown === true ? 'selected' : state} data-mark={state}>
      <span className="card-text">
        <span className="card-name" id={`${name}-name`}>
          {label}
        </span>
        <span className="card-mark" id={`${name}-mark`}>
          {text}
        </span>
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={shown === true}
        checked={shown === true}
        aria-labelledby={`${name}-name`}
        aria-describedby={`${name}-mark`}
        onClick={onPointer}
        onChange={() => choose(other)}
      />
      <span className="switch-track" aria-hidden="true" />
    </label>
  )
}

function kindOf(option: OptionView): 'switch' | 'scale' | 'swatches' | 'list' {
  if (option.type === 'bool') return 'switch'
  if (option.type === 'number' && option.values.length > 2) return 'scale'
  return option.values.some((value) => RAL_COLOURS[String(value)] !== undefined) ? 'swatches' : 'list'
}

/** `undefined`: not a colour option's value; empty: a colour option's "none". */
function swatchOf(value: Value): string | undefined {
  return RAL_COLOURS[String(value)] ?? undefined
}
