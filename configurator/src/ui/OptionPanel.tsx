import type { OptionView } from '@lot-one/rules'
import { lazy, Suspense, useEffect, useRef } from 'react'
import type { DesignSession, DesignView, Session } from '../session.ts'
import { ConflictPanel } from './ConflictPanel.tsx'
import { Icon } from './icons.tsx'
import { NoteCard } from './NoteCard.tsx'
import { OptionField } from './OptionField.tsx'
import { TextField } from './TextField.tsx'
import { useWords } from './words.ts'

const PictureField = lazy(() => import('./more.ts').then((more) => ({ default: more.PictureField })))

/** The options of the present step, the way to the other steps, and what stands in the way of a wish. */
export function OptionPanel({
  shop,
  session,
  view,
  onTouch,
  onPicture,
  onOrder,
}: {
  readonly shop: Session
  readonly session: DesignSession
  readonly view: DesignView
  /** An option got attention: the picture may turn to it. */
  readonly onTouch: (option: string) => void
  /** The shopper wants to choose a picture of hers. */
  readonly onPicture: () => void
  readonly onOrder: () => void
}) {
  const { t, language } = useWords()
  const { steps } = session.product.package
  const at = Math.max(
    0,
    steps.findIndex((step) => step.id === view.step),
  )
  const step = steps[at]
  const heading = useRef<HTMLHeadingElement>(null)
  const label = (index: number) => {
    const texts = steps[index]?.label
    return texts?.[language] ?? texts?.['en'] ?? ''
  }
  const go = (index: number) => {
    const target = steps[index]
    if (!target) return
    session.goTo(target.id)
    // the new step starts under the picture, and a screen reader hears where it is
    requestAnimationFrame(() => {
      heading.current?.focus({ preventScroll: true })
      heading.current?.closest('.panel')?.scrollIntoView({ block: 'start', behavior: 'instant' })
    })
  }
  if (!step) return null
  const shown = optionsOf(session, step.options, at === steps.length - 1)
  return (
    <>
      <StepNav steps={steps.map((s, i) => ({ id: s.id, label: label(i) }))} at={at} onGo={go} />
      {view.conflict && view.conflict.about !== 'choice' && (
        <ConflictPanel session={session} view={view} conflict={view.conflict} focus />
      )}
      {view.note && (!('changes' in view.note) || view.note.about === undefined) && (
        <NoteCard session={session} view={view} note={view.note} />
      )}
      <div className="step" data-step={step.id}>
        <div className="step-head">
          <p className="eyebrow">{t.stepOf(at + 1, steps.length)}</p>
          <h2 ref={heading} tabIndex={-1}>
            {label(at)}
          </h2>
        </div>
        {shown.map((option) => (
          <OptionField key={option.id} session={session} view={view} option={option} onTouch={onTouch} />
        ))}
        {session.product.package.texts
          .filter((text) => textStep(session, text.when) === step.id)
          .map((text) =>
            text.kind === 'picture' ? (
              <Suspense key={text.id} fallback={<div className="text-option" />}>
                <PictureField shop={shop} session={session} view={view} option={text} onOpen={onPicture} />
              </Suspense>
            ) : (
              <TextField key={text.id} session={session} view={view} text={text} onTouch={onTouch} />
            ),
          )}
        <div className="step-ways">
          {at > 0 && (
            <button type="button" className="button quiet" onClick={() => go(at - 1)}>
              {t.back(label(at - 1))}
            </button>
          )}
          {at < steps.length - 1 ? (
            <button type="button" className="button" onClick={() => go(at + 1)}>
              {t.next(label(at + 1))} <Icon name="arrow" size={18} />
            </button>
          ) : (
            <button type="button" className="button" onClick={onOrder}>
              {t.toOrder} <Icon name="arrow" size={18} />
            </button>
          )}
        </div>
      </div>
    </>
  )
}

/** Options of a step in its order; the last step also takes those no step names, so that every option can be reached. */
function optionsOf(session: DesignSession, ids: readonly string[], isLast: boolean): OptionView[] {
  const { options, steps } = session.product.package
  const named = new Set(steps.flatMap((step) => step.options))
  const rest = isLast ? options.filter((o) => o.role === 'choice' && !named.has(o.id)).map((o) => o.id) : []
  return [...ids, ...rest].flatMap((id) => options.find((o) => o.id === id && o.role === 'choice') ?? [])
}

/** A text stands in the step of the option it depends on, or in the first. */
function textStep(
  session: DesignSession,
  when: readonly Readonly<Record<string, unknown>>[],
): string | undefined {
  const { steps } = session.product.package
  const needs = when.flatMap((row) => Object.keys(row))
  return (steps.find((step) => step.options.some((id) => needs.includes(id))) ?? steps[0])?.id
}

function StepNav({
  steps,
  at,
  onGo,
}: {
  readonly steps: readonly { readonly id: string; readonly label: string }[]
  readonly at: number
  readonly onGo: (index: number) => void
}) {
  const { t } = useWords()
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const chip = list.current?.children[at]
    if (!(chip instanceof HTMLElement) || !list.current) return
    const [outer, inner] = [list.current.getBoundingClientRect(), chip.getBoundingClientRect()]
    list.current.scrollBy({ left: inner.left + inner.width / 2 - (outer.left + outer.width / 2) })
  }, [at])
  return (
    <nav className="steps" aria-label={t.steps}>
      <ol ref={list}>
        {steps.map((step, i) => (
          <li key={step.id}>
            <button
              type="button"
              className="step-chip"
              aria-current={i === at ? 'step' : undefined}
              data-state={i < at ? 'passed' : i === at ? 'here' : 'ahead'}
              onClick={() => onGo(i)}
            >
              {step.label}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}
