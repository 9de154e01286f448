import { Customer } from '@lot-one/rules'
import type { BuildOrder, Problem } from '@lot-one/rules'
import { useEffect, useId, useRef, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { DesignSession, DesignView, Session } from '../session.ts'
import { Icon } from './icons.tsx'
import { PriceBreakdown } from './PriceBreakdown.tsx'
import { vatPercent } from './vat.ts'
import { Recap } from './Recap.tsx'
import { navigate } from './route.ts'
import { useStore } from './store.ts'
import { useLaterWords } from './words.ts'
import type { LaterWords } from './words.ts'

const fields = ['name', 'email', 'street', 'postcode', 'city'] as const
type Field = (typeof fields)[number]
type Draft = Record<Field, string>

const draftKey = 'lot-one/order-form'
const empty: Draft = { name: '', email: '', street: '', postcode: '', city: '' }
const autoComplete: Record<Field, string> = {
  name: 'name',
  email: 'email',
  street: 'street-address',
  postcode: 'postal-code',
  city: 'address-level2',
}
const maxLength: Record<Field, number> = { name: 200, email: 254, street: 200, postcode: 20, city: 100 }

/** The order on one page: what, for how much, for whom, where to. The total is the number that stood in the bar. */
export default function OrderForm({
  session,
  design,
  view,
}: {
  readonly session: Session
  readonly design: DesignSession
  readonly view: DesignView
}) {
  const words = useLaterWords()
  const { t } = words
  const checkout = useStore(session.checkout)
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const status = useRef<HTMLDivElement>(null)
  const [draft, setDraft] = useState<Draft>(() => readDraft(session))
  const [found, setErrors] = useState<Partial<Record<Field, string>>>({})
  const refused = checkout.state === 'editing' && checkout.problem ? refusedFields(checkout.problem) : []
  const errors = { ...Object.fromEntries(refused.map((field) => [field, t.fieldRefused])), ...found }
  const isLocked = checkout.state !== 'editing'
  const { package: pkg } = design.product
  // an order that is under way is shown as it was sent, whatever happens to the design meanwhile
  const sent = checkout.state === 'editing' ? undefined : checkout.order
  const totalCents = sent?.expectedPriceCents ?? view.price.totalCents
  const context = sent?.context ?? view.design.context
  const country = String(context['country'] ?? '')
  const textProblem = view.textProblems.find((problem) => problem.reason !== 'notOffered')

  // what a refusal or a broken connection says must be heard, not searched for
  const hasNews =
    checkout.state === 'unanswered' || (checkout.state === 'editing' && checkout.problem !== undefined)
  useEffect(() => {
    if (hasNews) status.current?.focus()
  }, [hasNews])
  useEffect(() => {
    // the address has done its work; while the answer is open it must survive a reload
    if (checkout.state === 'accepted') session.keeper.write(draftKey, undefined)
  }, [checkout.state, session])
  useEffect(() => {
    if (!isLocked) return
    design.submit()
    return () => design.reopen()
  }, [isLocked, design])

  const set = (field: Field, text: string) => {
    const next = { ...draft, [field]: text }
    setDraft(next)
    session.keeper.write(draftKey, JSON.stringify(next))
    if (errors[field] !== undefined) setErrors({ ...found, [field]: fieldError(words, field, text) })
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (isLocked) return
    const wrong = Object.fromEntries(
      fields.flatMap((field) => {
        const error = fieldError(words, field, draft[field])
        return error === undefined ? [] : [[field, error]]
      }),
    ) as Partial<Record<Field, string>>
    setErrors(wrong)
    const first = fields.find((field) => wrong[field] !== undefined)
    if (first !== undefined) {
      const input = form.current?.elements.namedItem(first)
      if (input instanceof HTMLElement) input.focus()
      return
    }
    if (textProblem) return
    const { name, email, street, postcode, city } = draft
    const order: Omit<BuildOrder, 'orderId'> = {
      productId: pkg.id,
      rulesHash: pkg.rulesHash,
      context: view.design.context,
      selection: choicesOf(view, pkg.options),
      texts: view.texts,
      customer: {
        name: name.trim(),
        email: email.trim(),
        address: { street: street.trim(), postcode: postcode.trim(), city: city.trim(), country },
      },
      expectedPriceCents: view.price.totalCents,
      currency: pkg.currency,
    }
    void session.checkout.place(order)
  }

  const vat = vatPercent(design, view)
  const field = (name: Field, label: string) => (
    <div className="field" key={name}>
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        name={name}
        type={name === 'email' ? 'email' : 'text'}
        {...(name === 'email' && { inputMode: 'email' as const })}
        autoComplete={autoComplete[name]}
        value={draft[name]}
        required
        readOnly={isLocked}
        aria-invalid={errors[name] !== undefined || undefined}
        aria-describedby={errors[name] === undefined ? undefined : `${id}-${name}-error`}
        onChange={(event) => set(name, event.currentTarget.value)}
        onBlur={(event) => {
          if (event.currentTarget.value !== '')
            setErrors({ ...found, [name]: fieldError(words, name, event.currentTarget.value) })
        }}
      />
      {errors[name] !== undefined && (
        <p className="field-error" id={`${id}-${name}-error`}>
          {errors[name]}
        </p>
      )}
    </div>
  )
  return (
    <form
      ref={form}
      className="order-form"
      noValidate
      onSubmit={onSubmit}
      data-testid="order-form"
      data-state={checkout.state}
    >
      <p className="lead">{t.orderLead}</p>
      <section className="order-section">
        <header className="section-head">
          <h2>{t.yourDesign}</h2>
          {!isLocked && (
            <button
              type="button"
              className="link-button"
              onClick={() => navigate(`/shop/${design.product.package.id}`)}
            >
              {t.change}
            </button>
          )}
        </header>
        {sent ? (
          <Recap product={design.product} choices={sent.selection} texts={sent.texts ?? {}} />
        ) : (
          <DesignSummary design={design} view={view} />
        )}
      </section>
      <fieldset className="order-section" disabled={checkout.state === 'sending'}>
        <legend>{t.you}</legend>
        {field('name', t.name)}
        {field('email', t.email)}
      </fieldset>
      <fieldset className="order-section" disabled={checkout.state === 'sending'}>
        <legend>{t.deliverTo}</legend>
        {field('street', t.street)}
        <div className="field-row">
          {field('postcode', t.postcode)}
          {field('city', t.city)}
        </div>
        <p className="field-fixed">
          <span>{t.country}</span>
          <strong>{country === '' ? '' : words.value(design.product, 'country', country)}</strong>
          <span className="hint">{t.countryFixed}</span>
        </p>
      </fieldset>
      <div ref={status} tabIndex={-1} role="alert" className="order-status" data-testid="order-status">
        {textProblem && <Status>{t.textRefused}</Status>}
        {Object.values(errors).some((error) => error !== undefined) && <Status>{t.checkFields}</Status>}
        {checkout.state === 'editing' && checkout.problem && (
          <Refusal words={words} session={session} design={design} problem={checkout.problem} />
        )}
        {checkout.state === 'unanswered' && (
          <Status title={t.unansweredTitle}>
            {t.unanswered[checkout.reason]}{' '}
            {checkout.reason !== 'offline' &&
              t.retriedAt(words.time(new Date(checkout.retryAtMs).toISOString()))}
          </Status>
        )}
      </div>
      <div className="order-foot">
        <p className="order-total">
          <span>{t.total}</span>
          <strong data-testid="order-total">{words.money(totalCents)}</strong>
          <span className="hint">{vat === undefined ? t.vatFree : t.inclVat(words.percent(vat))}</span>
        </p>
        {checkout.state === 'unanswered' ? (
          <button type="button" className="button primary" onClick={() => void session.checkout.retry()}>
            {t.tryAgain}
          </button>
        ) : (
          <button type="submit" className="button primary" aria-disabled={isLocked}>
            {checkout.state === 'sending' ? t.sending : t.placeOrder(words.money(totalCents))}
          </button>
        )}
        <p className="hint">{t.binding}</p>
      </div>
    </form>
  )
}

/** Her own choices first; everything else and the price on demand. */
function DesignSummary({ design, view }: { readonly design: DesignSession; readonly view: DesignView }) {
  const { t } = useLaterWords()
  const { product } = design
  const isOwn = Object.keys(view.design.selection).length + Object.keys(view.texts).length > 0
  return (
    <>
      {isOwn ? (
        <Recap product={product} choices={view.design.selection} texts={view.texts} />
      ) : (
        <p className="hint">{t.asSuggested}</p>
      )}
      <details className="more">
        <summary>{t.allDetails}</summary>
        <Recap product={product} choices={view.configuration} texts={view.texts} />
      </details>
      <details className="more">
        <summary>{t.showPrice}</summary>
        <PriceBreakdown session={design} view={view} />
      </details>
    </>
  )
}

function Status({ title, children }: { readonly title?: string; readonly children: ReactNode }) {
  return (
    <div className="status">
      <Icon name="alert" size={18} />
      <div>
        {title !== undefined && <p className="status-title">{title}</p>}
        <p>{children}</p>
      </div>
    </div>
  )
}

function Refusal({
  words,
  session,
  design,
  problem,
}: {
  readonly words: LaterWords
  readonly session: Session
  readonly design: DesignSession
  readonly problem: Problem
}) {
  const { t, language } = words
  const kind = problemKind(problem)
  const sentences = ruleIdsOf(problem).map((id) =>
    design.product.sentence(id, language, design.getSnapshot().configuration),
  )
  return (
    <>
      <Status>{refusalSentence(words, kind, problem)}</Status>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {(kind === 'rules-changed' || kind === 'price-changed') && (
        <button
          type="button"
          className="button quiet"
          onClick={() => void session.refresh().then(() => session.checkout.done())}
        >
          {t.reload}
        </button>
      )}
      {pictureKinds.has(kind) && (
        <button
          type="button"
          className="button quiet"
          onClick={() => {
            for (const { id, kind: is } of design.product.package.texts)
              if (is === 'picture') design.write(id, '')
            session.checkout.done()
          }}
        >
          {t.withoutPicture}
        </button>
      )}
      {(kind === 'not-buildable' || kind === 'incomplete' || pictureKinds.has(kind)) && (
        <button
          type="button"
          className="button quiet"
          onClick={() => navigate(`/shop/${design.product.package.id}`)}
        >
          {t.backToDesign}
        </button>
      )}
    </>
  )
}

/** What can be wrong with a picture that should go with the order. */
const pictureKinds = new Set(['picture-missing', 'picture-refused', 'too-large', 'unsupported-media-type'])

/** The last part of a problem's type, whatever the address before it. */
function problemKind(problem: Problem): string {
  return /[a-z0-9-]+$/.exec(problem.type)?.[0] ?? ''
}

function refusalSentence({ t, money }: LaterWords, kind: string, problem: Problem): string {
  if (pictureKinds.has(kind)) return t.refused.picture
  switch (kind) {
    case 'price-changed': {
      const { expectedPriceCents: seen, priceCents: now } = problem
      if (typeof seen === 'number' && typeof now === 'number')
        return t.refused.priceChanged(money(seen), money(now))
      return t.refused.other(problem.title)
    }
    case 'rules-changed':
      return t.refused.rulesChanged
    case 'not-buildable':
      return t.refused.notBuildable
    case 'incomplete':
      return t.refused.incomplete
    case 'malformed':
      return t.refused.malformed
    case 'order-id-reused':
      return t.refused.reused
    default:
      return problem.status === 429 ? t.refused.busy : t.refused.other(problem.detail ?? problem.title)
  }
}

/** The fields a `malformed` answer names. */
function refusedFields(problem: Problem): Field[] {
  const errors = problem['errors']
  if (!Array.isArray(errors)) return []
  const named = errors.flatMap((error: { path?: unknown }) =>
    typeof error.path === 'string' ? error.path.split('.').slice(-1) : [],
  )
  return fields.filter((field) => named.includes(field))
}

function ruleIdsOf(problem: Problem): string[] {
  const conflicts = problem['conflicts']
  if (!Array.isArray(conflicts)) return []
  const ids = conflicts.flatMap((conflict: { ruleId?: unknown; ruleIds?: unknown }) =>
    Array.isArray(conflict.ruleIds) ? conflict.ruleIds : [conflict.ruleId],
  )
  return [...new Set(ids.filter((id): id is string => typeof id === 'string'))]
}

/** Every choice of the finished design: what she saw is what is ordered, whatever the defaults will be tomorrow. */
function choicesOf(
  view: DesignView,
  options: readonly { readonly id: string; readonly role: string }[],
): BuildOrder['selection'] {
  return Object.fromEntries(
    options.filter((o) => o.role === 'choice').map((o) => [o.id, view.configuration[o.id]!]),
  )
}

function fieldError({ t }: LaterWords, field: Field, text: string): string | undefined {
  if (text.trim() === '') return t.fieldMissing
  if (text.trim().length > maxLength[field]) return t.tooLong(maxLength[field])
  if (field === 'email' && !Customer.shape.email.safeParse(text.trim()).success) return t.emailWrong
  return undefined
}

function readDraft(session: Session): Draft {
  try {
    const kept: unknown = JSON.parse(session.keeper.read(draftKey) ?? '{}')
    const entries = Object.entries(kept ?? {}).filter(
      ([key, text]) => key in empty && typeof text === 'string',
    )
    return { ...empty, ...Object.fromEntries(entries) }
  } catch {
    return empty
  }
}
