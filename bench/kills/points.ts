/**
 * The marked points of the kill campaign, and how a process ends itself at one of them: SIGKILL, before another instruction of
 * it runs. Nothing of this is in the product: bundle.mjs puts the wrappers of this folder around the bridge's journal and lines
 * and around the simulator's ledger, at their front doors.
 */

/** Where a process is to end: at the named point, after passing it so many times. */
export interface KillAt {
  readonly point: string
  readonly skip: number
  /** The process to be ended there with its children; without it the one that comes to the point ends itself. */
  readonly victim?: number
}

const calls = ['Store', 'Start', 'Update', 'RevokeStart', 'Cancel', 'Clear'] as const
const states = ['NotAllowedToStart', 'AllowedToStart', 'Running', 'Ended'] as const
const each = (of: readonly string[], ...when: readonly string[]): string[] =>
  of.flatMap((what) => when.map((moment) => `${what}, ${moment}`))

/** What the bridge can be killed at. `written` is durable and not yet acted on; `sent` went out a moment ago; `answered` is not yet taken in. */
export const bridgePoints: readonly string[] = [
  ...each(['an order'], 'not written', 'written'),
  ...each(
    ['assigned', 'sending', 'unknown', 'confirmed', 'withdrawn', 'cleared', 'changing'].map(
      (handOver) => `hand-over ${handOver}`,
    ),
    'not written',
    'written',
  ),
  ...each(
    [...states, 'changed', 'cancelRequested', 'cancelled'].map((fact) => `fact ${fact}`),
    'not written',
    'written',
  ),
  ...each(calls, 'not sent', 'sent', 'answered'),
  ...each(['list', 'response'], 'asked', 'read'),
  ...each(
    states.map((state) => `${state} seen`),
    'not taken in',
    'taken in',
  ),
]

/** Points of a start: reached when a bridge comes back. */
export const startPoints: readonly string[] = each(['open orders', 'all lists'], 'asked', 'read')

/** What the simulator can be killed at: around each record of its ledger. `durable` is on disk and neither answered nor told. */
export const simPoints: readonly string[] = each(
  ['stored', 'updated', 'allowed', 'revoked', 'started', 'finished', 'removed'],
  'not written',
  'written',
  'durable',
)

/**
 * What the storage server can be killed at while the bridge lives on: before a write is asked for, while it is on its way, and when
 * it is durable and not yet acted on.
 */
export const storagePoints: readonly string[] = each(
  [
    'an order',
    'hand-over assigned',
    'hand-over sending',
    'hand-over confirmed',
    'fact Running',
    'fact Ended',
    'fact cancelRequested',
  ],
  'not written',
  'being written',
  'written',
)
