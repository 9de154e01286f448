import { readPicture } from '@lot-one/rules'
import type { Product } from '@lot-one/rules'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import type { DesignSession, Session } from '../../session.ts'
import { compareSides, readLink, savedDesigns, sideOf } from '../../sessionLater.ts'
import type { SharedDesign, Side } from '../../sessionLater.ts'
import { Icon } from '../icons.tsx'
import { useTitle } from '../Layout.tsx'
import { navigate } from '../route.ts'
import { useStore } from '../store.ts'
import { Thumbnail } from '../Thumbnail.tsx'
import { useLaterWords } from '../words.ts'

/** Designs that can stand on a side: key in the address, name, and the design. */
interface Candidate {
  readonly key: string
  readonly name: string
  readonly design: SharedDesign['design']
}

/** Two designs of one product side by side: picture, price, and only what differs. The address holds both, so it can be shared. */
export function ComparePage({
  header,
  session,
  design,
  hash,
}: {
  readonly header: ReactNode
  readonly session: Session
  readonly design: DesignSession
  /** `a=KEY&b=KEY`: `screen`, `suggested`, the id of a saved design, or a link's `d=…`. */
  readonly hash: string
}) {
  const words = useLaterWords()
  const { t } = words
  const view = useStore(design)
  const { product } = design
  const { id: productId } = product.package
  useTitle(t.compareTitle)

  const asked = new URLSearchParams(hash)
  const saved = savedDesigns(session.keeper).filter((each) => each.productId === productId)
  const candidates: Candidate[] = [
    { key: 'screen', name: t.onScreen, design: view.design },
    ...saved.map((each) => ({ key: each.id, name: each.name, design: each.design })),
    {
      key: 'suggested',
      name: t.asSuggestedDesign,
      design: { context: view.design.context, selection: {}, texts: {} },
    },
  ]
  for (const key of [asked.get('a'), asked.get('b')]) {
    const linked = key?.startsWith('d=') || key?.startsWith('r=') ? readLink(product.package, key) : undefined
    if (key && linked) candidates.push({ key, name: t.fromLink, design: linked.design })
  }
  const find = (key: string | null) => candidates.find((candidate) => candidate.key === key)
  const a = find(asked.get('a')) ?? candidates[0]!
  const others = candidates.filter((candidate) => candidate.key !== a.key)
  const differs = ({ design: other }: Candidate) =>
    compareSides(product, sideOf(product, a.design), sideOf(product, other)).differences.length > 0
  const b = find(asked.get('b')) ?? others.find(differs) ?? others[0]!
  const show = (keyA: string, keyB: string) =>
    navigate(
      `/compare/${encodeURIComponent(productId)}#${new URLSearchParams({ a: keyA, b: keyB }).toString()}`,
      'replace',
    )
  const [sideA, sideB] = [sideOf(product, a.design), sideOf(product, b.design)]
  const { differences, same } = compareSides(product, sideA, sideB)
  const open = (side: Side, { key }: Candidate) => {
    const from = saved.some(({ id }) => id === key) ? 'saved' : 'link'
    design.take({ design: side.design, current: true, unknown: [], nameless: 0 }, from)
    navigate(`/shop/${encodeURIComponent(productId)}`)
  }
  const valueName = (option: string, value: Side['choices'][string] | undefined) => {
    if (value === undefined) return '–'
    if (product.package.texts.some(({ id }) => id === option))
      return readPicture(value) ? t.ownPicture : `“${String(value)}”`
    return words.value(product, option, value)
  }
  return (
    <>
      {header}
      <main className="compare" data-testid="compare">
        <div className="compare-head">
          <h1>{t.compareTitle}</h1>
          <button
            type="button"
            className="icon-button"
            aria-label={t.swapSides}
            onClick={() => show(b.key, a.key)}
          >
            <Icon name="swap" />
          </button>
        </div>
        <div className="compare-sides">
          <SideCard
            label={t.compareA}
            product={product}
            candidates={candidates}
            chosen={a}
            side={sideA}
            other={sideB}
            onChoose={(key) => show(key, b.key)}
            onOpen={() => open(sideA, a)}
          />
          <SideCard
            label={t.compareB}
            product={product}
            candidates={candidates}
            chosen={b}
            side={sideB}
            other={sideA}
            onChoose={(key) => show(a.key, key)}
            onOpen={() => open(sideB, b)}
          />
        </div>
        <h2 aria-live="polite">
          {differences.length === 0 ? t.noDifference : t.differences(differences.length)}
        </h2>
        {differences.length > 0 && (
          <table className="compare-table" data-testid="differences">
            <caption className="sr-only">{t.compareHint}</caption>
            <thead className="sr-only">
              <tr>
                <th scope="col">{t.compareOption}</th>
                <th scope="col">{t.compareA}</th>
                <th scope="col">{t.compareB}</th>
              </tr>
            </thead>
            <tbody>
              {differences.map((difference) => (
                <tr key={difference.option} data-difference={difference.option}>
                  <th scope="row">{product.label(difference.option, words.language)}</th>
                  <td>{valueName(difference.option, difference.a)}</td>
                  <td>{valueName(difference.option, difference.b)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {differences.length > 0 && <p className="hint">{t.sameOtherwise(same)}</p>}
        <PasteLink product={product} onLink={(key) => show(a.key, key)} />
      </main>
    </>
  )
}

function SideCard({
  label,
  product,
  candidates,
  chosen,
  side,
  other,
  onChoose,
  onOpen,
}: {
  readonly label: string
  readonly product: Product
  readonly candidates: readonly Candidate[]
  readonly chosen: Candidate
  readonly side: Side
  readonly other: Side
  readonly onChoose: (key: string) => void
  readonly onOpen: () => void
}) {
  const words = useLaterWords()
  const { t } = words
  const saves = side.cents !== undefined && other.cents !== undefined ? other.cents - side.cents : 0
  return (
    <section className="compare-side" aria-label={label}>
      <div className="compare-picture">
        <Thumbnail productId={product.package.id} choices={{ ...side.choices, ...side.design.texts }} />
      </div>
      <select
        className="select"
        aria-label={label}
        value={chosen.key}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {candidates.map((candidate) => (
          <option key={candidate.key} value={candidate.key}>
            {candidate.name}
          </option>
        ))}
      </select>
      {side.cents === undefined ? (
        <p className="compare-broken">{t.notBuildableNow}</p>
      ) : (
        <p className="compare-price">
          <strong>{words.money(side.cents)}</strong>
          {saves > 0 && <span className="compare-saves">{t.cheaperBy(words.money(saves))}</span>}
        </p>
      )}
      {chosen.key !== 'screen' && (
        <button type="button" className="button quiet small" onClick={onOpen}>
          {t.continueWith}
        </button>
      )}
    </section>
  )
}

/** Takes a link somebody shared and puts its design on the second side. */
function PasteLink({
  product,
  onLink,
}: {
  readonly product: Product
  readonly onLink: (key: string) => void
}) {
  const { t } = useLaterWords()
  const id = useId()
  const [text, setText] = useState('')
  const [isWrong, setWrong] = useState(false)
  return (
    <form
      className="paste"
      onSubmit={(event) => {
        event.preventDefault()
        const fragment = text.slice(text.indexOf('#') + 1).trim()
        const isDesign = readLink(product.package, fragment) !== undefined
        setWrong(!isDesign)
        if (isDesign) onLink(fragment)
      }}
    >
      <div className="field">
        <label htmlFor={id}>{t.pasteLink}</label>
        <input
          id={id}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          dir="ltr"
          autoComplete="off"
          placeholder="https://…"
          aria-invalid={isWrong || undefined}
          aria-describedby={`${id}-hint`}
        />
        <p id={`${id}-hint`} className={isWrong ? 'field-error' : 'hint'}>
          {isWrong ? t.linkUnreadable : t.pasteHint}
        </p>
      </div>
      <button type="submit" className="button quiet">
        {t.compare}
      </button>
    </form>
  )
}
