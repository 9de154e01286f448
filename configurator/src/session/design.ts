/**
 * What this shopper has chosen of one product. Runs the dialogue machine of `@lot-one/rules`, keeps the design over reloads and
 * answers every question about it locally. No React, no DOM, no clock: storage and link come in through the door.
 *
 * start ──kept under the same rules──▶ continues, undo included
 *       ──kept or linked under other rules──▶ RESTORE: taken as it is, or a conflict with its ways out
 */
import { createDialogue } from '@lot-one/rules'
import type { Design, DialogueEvent, Product, Question, Repair, Selection, Value } from '@lot-one/rules'
import { createActor } from 'xstate'
import * as z from 'zod/mini'
import { changesBetween, conflictView, writtenTexts } from './designView.ts'
import type { ConflictView, DesignView, Note, Origin } from './designView.ts'
import { DesignRecord, readKept } from './keeper.ts'
import type { Keeper } from './keeper.ts'
import { readLink, writeLink } from './link.ts'
import type { SharedDesign } from './link.ts'

export interface DesignSession {
  readonly product: Product
  subscribe(listener: () => void): () => void
  /** The same object until something changed. */
  getSnapshot(): DesignView
  /** What the cheapest way to a clashing value adds to the price; `undefined` when there is no way. Computed once per design. */
  wayCents(option: string, value: Value): number | undefined
  choose(option: string, value: Value): void
  write(option: string, text: string): void
  setContext(context: Selection): void
  /** Goes to a country where the value exists and takes it there. */
  chooseElsewhere(context: Selection): void
  takeRepair(repair: Repair): void
  /** Takes a whole design at once: one step back undoes it. What these rules do not know is left out and named. */
  take(design: SharedDesign, from: Origin): void
  /** Leaves the design as it was before the wish. */
  keep(): void
  undo(): void
  redo(): void
  dismissNote(): void
  goTo(step: string): void
  /** Freezes the design while its order is under way. */
  submit(): void
  reopen(): void
  /** The whole design as a URL fragment (without `#`). */
  link(): string
  /** Ends listening; nothing is lost. */
  close(): void
}

const Kept = z.object({
  rulesHash: z.string(),
  priceCents: z.number(),
  design: DesignRecord,
  past: z.array(DesignRecord),
  future: z.array(DesignRecord),
  step: z.string(),
})

const keyOf = (productId: string) => `lot-one/design/${productId}`

/** What this browser last had chosen of a product, texts included; nothing where it never did. */
export function keptChoices(keeper: Keeper, productId: string): Selection {
  const kept = readKept(keeper, keyOf(productId), Kept)
  return { ...kept?.design.selection, ...kept?.design.texts }
}

/** Undo steps that survive a reload. */
const keptSteps = 30

/** Opens the session of one product: continues what was kept, unless `fragment` carries a design. */
export function openDesign(door: {
  readonly product: Product
  readonly keeper: Keeper
  /** Where the shopper probably is, best guess first; used only for a first visit. */
  readonly context: readonly Selection[]
  readonly fragment?: string
  /** A saved design to start with. */
  readonly saved?: SharedDesign
}): DesignSession {
  const { product, keeper } = door
  const pkg = product.package
  const key = keyOf(pkg.id)
  const kept = readKept(keeper, key, Kept)
  const continues = kept !== undefined && kept.rulesHash === pkg.rulesHash && isDesign(kept.design)
  const fresh: Design = {
    context: knownContext([...(kept ? [kept.design.context] : []), ...door.context]),
    selection: {},
    texts: {},
  }

  const machine = createDialogue(product, continues ? kept.design : fresh)
  const firstStep = pkg.steps[0]?.id ?? 'all'
  const actor = continues
    ? createActor(machine, {
        snapshot: machine.resolveState({
          value: { choice: 'open', guide: pkg.steps.some((s) => s.id === kept.step) ? kept.step : firstStep },
          context: { design: kept.design, wish: undefined, past: kept.past, future: kept.future },
        }),
      })
    : createActor(machine)

  let note: Note | undefined
  let about: ConflictView['about'] = 'choice'
  let view: DesignView | undefined
  const listeners = new Set<() => void>()

  actor.start()
  const subscription = actor.subscribe(() => {
    view = undefined
  })

  const state = () => actor.getSnapshot()

  /** Sends an event, says what followed from it, keeps the result, tells the listeners. */
  function send(event: DialogueEvent, remark?: (before: DesignView) => Note | undefined): void {
    const before = getSnapshot()
    note = undefined
    actor.send(event)
    view = undefined
    note = remark?.(before)
    // the remark looked at the new design, which was without it then
    view = undefined
    save()
    for (const listener of listeners) listener()
  }

  function save(): void {
    const { design, past, future } = state().context
    const now = getSnapshot()
    const body: z.infer<typeof Kept> = {
      rulesHash: pkg.rulesHash,
      priceCents: now.price.totalCents,
      design: plain(design),
      past: past.slice(-keptSteps).map(plain),
      future: future.slice(0, keptSteps).map(plain),
      step: now.step,
    }
    keeper.write(key, JSON.stringify(body))
  }

  function getSnapshot(): DesignView {
    return (view ??= look())
  }

  function look(): DesignView {
    const snapshot = state()
    const { design, past, future, wish } = snapshot.context
    const configuration = product.complete(design)
    if (!configuration) throw new Error(`Design of ${pkg.id} cannot be completed: ${JSON.stringify(design)}`)
    const price = product.price(configuration)
    const { texts, problems, lines } = writtenTexts(pkg, configuration, design.texts)
    return {
      design,
      configuration,
      price: {
        totalCents: lines.reduce((sum, line) => sum + line.cents, price.totalCents),
        lines: [...price.lines, ...lines],
      },
      designCents: price.totalCents,
      texts,
      textProblems: problems,
      ...answers(design),
      conflict: wish && conflictView(product, about, configuration, wish),
      note,
      canUndo: past.length > 0,
      canRedo: future.length > 0,
      step: snapshot.value.guide,
      submitted: snapshot.value.choice === 'submitted',
    }
  }

  // Conflicts and steps leave the design alone: its answers are kept until another design is asked about.
  let answered: { design: Design; answers: Pick<DesignView, 'count' | 'statuses' | 'prices'> } | undefined
  const ways = new Map<string, number | undefined>()
  function answers(design: Design): Pick<DesignView, 'count' | 'statuses' | 'prices'> {
    if (answered?.design.selection !== design.selection || answered.design.context !== design.context) {
      ways.clear()
      answered = {
        design,
        answers: {
          count: product.count(design),
          statuses: product.statuses(design),
          prices: product.designPrices(design),
        },
      }
    }
    return answered.answers
  }

  function wayCents(option: string, wanted: Value): number | undefined {
    const key = `${option}=${String(wanted)}`
    if (!ways.has(key)) {
      const { context, selection } = getSnapshot().design
      const keep = { [option]: wanted }
      const [way] = product.repairs({ context, selection: { ...selection, ...keep } }, { keep, limit: 1 })
      ways.set(key, way?.priceDeltaCents)
    }
    return ways.get(key)
  }

  function isDesign(design: Question): boolean {
    return product.problems(design).length === 0 && product.isBuildable(design)
  }

  /** Takes each context option from the first wish that names a value the product knows, else the product's own first. */
  function knownContext(wishes: readonly Selection[]): Selection {
    const context: Record<string, Value> = {}
    for (const option of pkg.options) {
      if (option.role !== 'context') continue
      const first = option.default ?? option.values[0]
      const wished = wishes
        .map((wish) => wish[option.id])
        .find((wish) => wish !== undefined && option.values.includes(wish))
      const chosen = wished ?? first
      if (chosen !== undefined) context[option.id] = chosen
    }
    return context
  }

  /** Takes a design from elsewhere: values these rules do not know are left out and named. */
  function take(arriving: SharedDesign, from: Origin): void {
    const { design, priceCents } = arriving
    const selection = { ...design.selection }
    const strangers = product.problems({ selection }).map((problem) => {
      delete selection[problem.option]
      return `${problem.option}=${String(problem.value)}`
    })
    about = 'restored'
    const wanted: Design = {
      context: knownContext([design.context, ...door.context]),
      selection,
      texts: design.texts,
    }
    send({ type: 'RESTORE', design: wanted }, (before) => {
      const unknown = [...arriving.unknown, ...strangers]
      if (!arriving.current || unknown.length > 0 || arriving.nameless > 0)
        return {
          kind: 'opened',
          unknown,
          nameless: arriving.nameless,
          ...(priceCents !== undefined && { oldPriceCents: priceCents }),
        }
      const after = getSnapshot()
      if (from === 'link' || after.conflict) return undefined
      return { kind: 'taken', from, deltaCents: after.price.totalCents - before.price.totalCents }
    })
  }

  const shared = door.fragment ? readLink(pkg, door.fragment) : undefined
  if (shared) take(shared, 'link')
  else if (kept && !continues)
    take(
      { design: kept.design, current: false, priceCents: kept.priceCents, unknown: [], nameless: 0 },
      'link',
    )
  if (door.saved) take(door.saved, 'saved')

  /** Names what moved along although nobody asked for it. */
  const followed =
    (asked: Selection) =>
    (before: DesignView): Note | undefined => {
      const after = getSnapshot()
      if (after.conflict) return undefined
      const changes = changesBetween(product, before.configuration, after.configuration, asked)
      if (changes.length === 0) return undefined
      const about = Object.keys(asked).find((id) =>
        pkg.options.some((o) => o.id === id && o.role === 'choice'),
      )
      return {
        kind: 'followed',
        about,
        changes,
        deltaCents: after.price.totalCents - before.price.totalCents,
      }
    }

  return {
    product,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot,
    wayCents,
    choose(option, chosen) {
      about = 'choice'
      send({ type: 'CHOOSE', option, value: chosen }, followed({ [option]: chosen }))
    },
    write: (option, text) => send({ type: 'WRITE', option, text }),
    setContext(context) {
      about = 'context'
      send({ type: 'SET_CONTEXT', context }, followed(context))
    },
    chooseElsewhere(context) {
      const wish = state().context.wish
      const [tapped] = Object.entries(wish?.keep ?? {})
      about = 'context'
      send({ type: 'SET_CONTEXT', context })
      if (tapped && !getSnapshot().conflict) {
        about = 'choice'
        send({ type: 'CHOOSE', option: tapped[0], value: tapped[1] })
      }
    },
    takeRepair(repair) {
      const { wish } = state().context
      if (!wish) return
      send({ type: 'ACCEPT_REPAIR', repair }, (before) => {
        const after = getSnapshot()
        if (after.conflict) return undefined
        return {
          kind: 'repaired',
          about: Object.keys(wish.keep)[0],
          changes: changesBetween(product, before.configuration, after.configuration, wish.keep),
          deltaCents: after.price.totalCents - before.price.totalCents,
        }
      })
    },
    take,
    keep: () => send({ type: 'KEEP' }),
    undo: () => send({ type: 'UNDO' }),
    redo: () => send({ type: 'REDO' }),
    dismissNote() {
      if (!note) return
      note = undefined
      view = { ...getSnapshot(), note: undefined }
      for (const listener of listeners) listener()
    },
    goTo: (step) => send({ type: 'STEP', step }, (before) => before.note),
    submit: () => send({ type: 'SUBMIT' }),
    reopen: () => send({ type: 'REOPEN' }),
    link: () => writeLink(pkg, getSnapshot().design, getSnapshot().price.totalCents),
    close() {
      subscription.unsubscribe()
      actor.stop()
      listeners.clear()
    },
  }
}

function plain(design: Design): z.infer<typeof DesignRecord> {
  return { context: { ...design.context }, selection: { ...design.selection }, texts: { ...design.texts } }
}
