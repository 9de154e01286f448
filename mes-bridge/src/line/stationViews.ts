/** What staff see of a line's stations. */
import type { LineView, StationView } from '@lot-one/rules'
import type { ObservedJob } from './decode.ts'
import { hasResponse } from './jobMirror.ts'
import type { JobMirror } from './jobMirror.ts'
import type { Link } from './link.ts'

/** Gives every station with all its jobs, those that have begun first. One pass over the jobs. */
export function viewStations(
  link: Pick<Link, 'stations' | 'health'>,
  mirror: Pick<JobMirror, 'all'>,
): LineView['stations'] {
  const jobs = new Map<string, ObservedJob[]>()
  for (const { station, job } of mirror.all()) {
    const there = jobs.get(station)
    if (there) there.push(job)
    else jobs.set(station, [job])
  }
  return [...link.stations()].map(([station, { found }]): StationView => {
    const here = jobs.get(station) ?? []
    const unitState = link.health.unitState(station)
    return {
      station,
      name: found.displayName,
      workMasters: [...found.workMasters],
      materials: [...found.materials],
      maxJobOrders: found.maxJobOrders,
      listed: here.length,
      jobs: [...here.filter(isBegun), ...here.filter((job) => !isBegun(job))].map(
        ({ jobOrderId, jobState, sourceAt }) => ({
          jobOrderId,
          jobState,
          ...(sourceAt !== undefined && { since: sourceAt }),
        }),
      ),
      ...(unitState !== undefined && { unitState }),
    }
  })
}

const isBegun = ({ jobState }: ObservedJob): boolean => hasResponse(jobState) && jobState !== 'Ended'
