import { openAnyProduct } from '@lot-one/rules'
import type { OrderView, Product, Selection } from '@lot-one/rules'
import { useEffect, useRef, useState } from 'react'
import type { Answer, Watch } from '../../session.ts'
import { Icon } from '../icons.tsx'
import type { LaterWords } from '../words.ts'
import { ChangeForm } from './ChangeForm.tsx'
import { freedomOf, isOpen } from './freedom.ts'

/** What can still be changed of an order, and the way to change it: only while no station has used it. */
export function ChangeOrder({
  words,
  watch,
  order,
  product: present,
}: {
  readonly words: LaterWords
  readonly watch: Watch
  readonly order: OrderView
  /** The product under the rules in force. */
  readonly product: Product | undefined
}) {
  const t = words.t.changing
  const { product, failed, load } = useRulesOf(watch, order, present)
  const [isChanging, setChanging] = useState(false)
  const [said, setSaid] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const [isSending, setSending] = useState(false)
  const [wishes, setWishes] = useState<Selection>({})
  const opener = useRef<HTMLButtonElement>(null)
  const close = (sentence?: string) => {
    setChanging(false)
    setWishes({})
    setProblem(undefined)
    setSaid(sentence)
    requestAnimationFrame(() => opener.current?.focus())
  }
  // here and not in the form, which starts anew when a station takes something while the answer is under way
  const send = async (selection: Selection) => {
    setSending(true)
    setProblem(undefined)
    const answer = await watch.change(selection)
    setSending(false)
    if (answer.kind === 'ok') close(t.done(words.money(answer.value.order.priceCents)))
    else setProblem(problemOf(words, watch.getSnapshot().order ?? order, product, answer))
  }
  const choices = product?.package.options.filter(({ role }) => role === 'choice') ?? []
  const open = choices.filter(({ id }) => freedomOf(order, id).kind === 'open')
  const locked = choices.filter(({ id }) => freedomOf(order, id).kind === 'locked').map(({ id }) => id)
  const canChange = isOpen(order) && (product === undefined || open.length > 0)
  if (!isOpen(order)) return said === undefined ? null : <output className="said">{said}</output>
  return (
    <section className="change-order" aria-labelledby="change-title" data-testid="change-order">
      <div className="change-head">
        <h2 id="change-title">{t.title}</h2>
        {product && <p className="hint">{t.stillOpen(open.length, choices.length)}</p>}
      </div>
      {said !== undefined && (
        <output className="said" data-testid="change-said">
          <Icon name="check" size={16} /> {said}
        </output>
      )}
      {isChanging && product ? (
        <ChangeForm
          // stations went on, or the order is another one: the form starts from what holds now
          key={`${locked.join(' ')} ${JSON.stringify(order.order.selection)}`}
          words={words}
          order={order}
          product={product}
          locked={locked}
          wishes={wishes}
          isSending={isSending}
          problem={problem}
          onWishes={setWishes}
          onSend={(selection) => void send(selection)}
          onClose={() => close()}
        />
      ) : canChange ? (
        <button
          ref={opener}
          type="button"
          className="button quiet"
          aria-disabled={isChanging}
          onClick={() => {
            setSaid(undefined)
            setChanging(true)
            load()
          }}
        >
          <Icon name="pencil" size={18} /> {isChanging ? words.t.loading : t.begin}
        </button>
      ) : (
        <p className="hint">{t.nothingLeft}</p>
      )}
      {failed && isChanging && !product && (
        <p className="field-error" role="alert">
          {t.noRules}
        </p>
      )}
    </section>
  )
}

/** The product under the order's own rules: the one on show where they are still in force, else asked for when wanted. */
function useRulesOf(watch: Watch, { order }: OrderView, present: Product | undefined) {
  const [past, setPast] = useState<Product>()
  const [failed, setFailed] = useState(false)
  const [wanted, setWanted] = useState(0)
  const isPresent = present?.package.rulesHash === order.rulesHash
  useEffect(() => {
    if (wanted === 0 || isPresent) return
    let isGone = false
    void watch.rules().then(async (answer) => {
      const opened = answer.kind === 'ok' ? await openAnyProduct(answer.value) : undefined
      if (isGone) return
      setFailed(opened === undefined)
      setPast(opened)
    })
    return () => {
      isGone = true
    }
  }, [wanted, isPresent, watch])
  return {
    product: isPresent ? present : past,
    failed,
    load: () => setWanted((n) => n + 1),
  }
}

/** Why a change was not taken, in the shopper's words. */
function problemOf(
  words: LaterWords,
  view: OrderView,
  product: Product | undefined,
  answer: Exclude<Answer<unknown>, { kind: 'ok' }>,
): string {
  const t = words.t.changing
  if (answer.kind === 'unanswered') return answer.reason === 'busy' ? t.busy : t.unanswered
  const { problem } = answer
  const { station, since, options } = problem
  if (!problem.type.endsWith('/frozen') || typeof since !== 'string') return problem.detail ?? problem.title
  const operation = view.operations.find((each) => each.station === station)
  const name = operation?.label[words.language] ?? operation?.label['en'] ?? String(station)
  const named = Array.isArray(options)
    ? options.map((id) => product?.label(String(id), words.language) ?? String(id))
    : []
  return t.frozen(words.time(since), name, words.list(named))
}
