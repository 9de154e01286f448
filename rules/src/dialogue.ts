/**
 * The shopper's session with one product as an XState machine: two parallel regions.
 *
 * choice   open ──CHOOSE that fits──▶ open          open ──CHOOSE that clashes──▶ conflict
 *          conflict ──ACCEPT_REPAIR──▶ open (the wish and the repair taken together)   conflict ──KEEP──▶ open (nothing changed)
 *          open ──SUBMIT──▶ submitted ──REOPEN──▶ open
 * guide    one state per step of the product file; STEP / NEXT / BACK move, choosing never does.
 *
 * The context holds only what the shopper said (choices, texts, context values) and what she may return to (past, future).
 * What follows from it (domains, prices, conflicts, repairs) is asked of the product in selectors, never stored.
 */
import { assign, setup } from 'xstate'
import type { Value } from './model.ts'
import type { Product, Question, Repair, Selection } from './product.ts'

/** What the shopper said; a plain value that can be saved, shared and restored. */
export interface Design extends Question {
  readonly texts: Readonly<Record<string, string>>
}

/** A wish that does not fit the choices made so far. */
export interface Wish {
  /** The design as it would be with the wish. Not buildable. */
  readonly design: Design
  /** What was just tapped: never given up by a repair. Empty when a restored or moved design clashes with itself. */
  readonly keep: Selection
}

export interface DialogueContext {
  readonly design: Design
  readonly wish: Wish | undefined
  readonly past: readonly Design[]
  readonly future: readonly Design[]
}

export type DialogueEvent =
  | { readonly type: 'CHOOSE'; readonly option: string; readonly value: Value }
  /** Takes several choices at once (a suggestion, a saved design): one step back undoes them all. */
  | { readonly type: 'RESTORE'; readonly design: Design }
  | { readonly type: 'RETRACT'; readonly option: string }
  | { readonly type: 'WRITE'; readonly option: string; readonly text: string }
  | { readonly type: 'SET_CONTEXT'; readonly context: Selection }
  | { readonly type: 'ACCEPT_REPAIR'; readonly repair: Repair }
  | { readonly type: 'KEEP' }
  | { readonly type: 'UNDO' }
  | { readonly type: 'REDO' }
  | { readonly type: 'SUBMIT' }
  | { readonly type: 'REOPEN' }
  | { readonly type: 'STEP'; readonly step: string }
  | { readonly type: 'NEXT' }
  | { readonly type: 'BACK' }

/** How many designs one can go back. */
const maxPast = 100

/**
 * Makes the dialogue for a product. Pure: no clock, no I/O; actors of it can be persisted and restored.
 * `initial` must be buildable in its context (start from `{ context, selection: {}, texts: {} }`).
 */
export function createDialogue(product: Product, initial: Design) {
  const steps = product.package.steps.map((step) => step.id)
  const wanted = (design: Design, event: DialogueEvent): Wish | undefined => {
    switch (event.type) {
      case 'CHOOSE':
        return {
          design: { ...design, selection: { ...design.selection, [event.option]: event.value } },
          keep: { [event.option]: event.value },
        }
      case 'SET_CONTEXT':
        return { design: { ...design, context: { ...design.context, ...event.context } }, keep: {} }
      case 'RESTORE':
        return { design: event.design, keep: {} }
      default:
        return undefined
    }
  }
  const machine = setup({
    // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- xstate infers its types from this assertion
    types: {} as { context: DialogueContext; events: DialogueEvent },
    guards: {
      fits: ({ context, event }) => {
        const wish = wanted(context.design, event)
        return wish !== undefined && product.isBuildable(wish.design)
      },
      repairFits: ({ context, event }) =>
        event.type === 'ACCEPT_REPAIR' &&
        context.wish !== undefined &&
        product.isBuildable(repaired(context.wish, event.repair)),
      canUndo: ({ context }) => context.past.length > 0,
      canRedo: ({ context }) => context.future.length > 0,
      orderable: ({ context }) => product.complete(context.design) !== undefined,
    },
    actions: {
      take: assign(({ context, event }) =>
        step(context, wanted(context.design, event)?.design ?? context.design),
      ),
      wish: assign({ wish: ({ context, event }) => wanted(context.design, event) }),
      keep: assign({ wish: undefined }),
      acceptRepair: assign(({ context, event }) =>
        event.type === 'ACCEPT_REPAIR' && context.wish
          ? step(context, repaired(context.wish, event.repair))
          : {},
      ),
      retract: assign(({ context, event }) => {
        if (event.type !== 'RETRACT' || !(event.option in context.design.selection)) return {}
        const { [event.option]: _, ...selection } = context.design.selection
        return step(context, { ...context.design, selection })
      }),
      write: assign(({ context, event }) =>
        event.type === 'WRITE'
          ? { design: { ...context.design, texts: { ...context.design.texts, [event.option]: event.text } } }
          : {},
      ),
      undo: assign(({ context }) => {
        const design = context.past.at(-1)
        return design
          ? {
              design,
              past: context.past.slice(0, -1),
              future: [context.design, ...context.future],
              wish: undefined,
            }
          : {}
      }),
      redo: assign(({ context }) => {
        const [design, ...future] = context.future
        return design ? { design, past: [...context.past, context.design], future, wish: undefined } : {}
      }),
    },
  })
  const wishes = {
    CHOOSE: [
      { guard: 'fits', target: 'open', actions: 'take' },
      { target: 'conflict', actions: 'wish' },
    ],
    SET_CONTEXT: [
      { guard: 'fits', target: 'open', actions: 'take' },
      { target: 'conflict', actions: 'wish' },
    ],
    RESTORE: [
      { guard: 'fits', target: 'open', actions: 'take' },
      { target: 'conflict', actions: 'wish' },
    ],
    UNDO: { guard: 'canUndo', target: 'open', actions: 'undo' },
    REDO: { guard: 'canRedo', target: 'open', actions: 'redo' },
    RETRACT: { target: 'open', actions: ['keep', 'retract'] },
    WRITE: { actions: 'write' },
  } as const
  return machine.createMachine({
    id: 'dialogue',
    type: 'parallel',
    context: { design: initial, wish: undefined, past: [], future: [] },
    states: {
      choice: {
        initial: 'open',
        states: {
          open: { on: { ...wishes, SUBMIT: { guard: 'orderable', target: 'submitted' } } },
          conflict: {
            on: {
              ...wishes,
              ACCEPT_REPAIR: { guard: 'repairFits', target: 'open', actions: 'acceptRepair' },
              KEEP: { target: 'open', actions: 'keep' },
            },
          },
          submitted: { on: { REOPEN: 'open' } },
        },
      },
      guide: {
        initial: steps[0] ?? 'all',
        states: Object.fromEntries(
          (steps.length > 0 ? steps : ['all']).map((id, i) => [
            id,
            {
              on: {
                ...(steps[i + 1] !== undefined && { NEXT: steps[i + 1] }),
                ...(i > 0 && { BACK: steps[i - 1] }),
                STEP: steps.map((target) => ({
                  target,
                  guard: ({ event }: { event: DialogueEvent }) =>
                    event.type === 'STEP' && event.step === target,
                })),
              },
            },
          ]),
        ),
      },
    },
  })
}

/** Gives the design that taking the wish with this repair leads to. */
export function repaired(wish: Wish, repair: Repair): Design {
  return { ...wish.design, selection: { ...wish.design.selection, ...repair.change } }
}

function step(context: DialogueContext, design: Design): Partial<DialogueContext> {
  return { design, wish: undefined, past: [...context.past, context.design].slice(-maxPast), future: [] }
}
