import type { JobOrder } from './jobOrder.ts'

/**
 * One fact about a job order; `at` is the line's clock in ms. Except for `removed` and `forgotten`, each is one state
 * change (or Update) and becomes one status event. `started` and `finished` also name the physical unit: they are the count
 * of what was really built.
 */
export type LedgerRecord = { readonly station: string; readonly id: string; readonly at: number } & (
  | { readonly kind: 'stored'; readonly digest: string; readonly allowed: boolean; readonly order: JobOrder }
  | { readonly kind: 'updated'; readonly digest: string; readonly order: JobOrder }
  | { readonly kind: 'allowed' | 'revoked' | 'resumed'; readonly comment?: string }
  | { readonly kind: 'started'; readonly durationMs: number; readonly unit: string }
  | { readonly kind: 'interrupted'; readonly remainingMs: number; readonly comment?: string }
  | { readonly kind: 'finished'; readonly unit: string; readonly runs: number }
  | { readonly kind: 'stopped' | 'aborted'; readonly runs: number; readonly comment?: string }
  | {
      readonly kind: 'removed'
      readonly digest: string
      readonly by: 'Cancel' | 'Clear' | 'line'
      /** The id may come again. */
      readonly forgets?: true
    }
  /** The controller lost its memory; `id` is empty. What was built stays built. */
  | { readonly kind: 'forgotten' }
)
