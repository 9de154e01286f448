import type { OrderView } from '@lot-one/rules'
import { BUILD_STAGES, type BuildStage } from '../scene/appliance.ts'

/** What a station's finished work adds to the picture. Stations the table does not know add nothing of their own. */
const stageOf: Readonly<Record<string, BuildStage>> = {
  'sheet-metal': 'body',
  paint: 'paint',
  foaming: 'foam',
  drum: 'drum',
  cavity: 'cavity',
  charge: 'cooling',
  'smart-kit': 'smart',
  'assembly-test': 'complete',
}

/**
 * Gives what the stations have reported as finished, or nothing once the whole unit is. A stage without a station of its own
 * (steel is not painted) appears together with the one before it.
 */
export function finishedStages({ state, operations }: OrderView): ReadonlySet<BuildStage> | undefined {
  if (state === 'completed') return undefined
  const planned = new Set(operations.flatMap(({ station }) => stageOf[station] ?? []))
  const done = new Set(
    operations.flatMap(({ station, jobState }) => (jobState === 'Ended' ? (stageOf[station] ?? []) : [])),
  )
  BUILD_STAGES.forEach((stage, i) => {
    const before = BUILD_STAGES[i - 1]
    if (operations.length > 0 && !planned.has(stage) && stage !== 'complete' && before && done.has(before))
      done.add(stage)
  })
  return done
}
