import type { LineView, StationView } from '@lot-one/rules'
import { shortId } from './orderNames.ts'
import { useDeskWords } from './words.ts'

/** How many jobs a station shows at once; the others are counted. */
const mostShown = 3
const atWork = new Set(['Running', 'Interrupted', 'AllowedToStart', 'Aborted'])

/** The stations of a line: what each works on since when, and how full it is. */
export function Stations({ line }: { readonly line: LineView }) {
  const { t, number } = useDeskWords()
  const isReached = line.link.state === 'online' || line.link.state === 'degraded'
  return (
    <div className="line-part">
      <h3>
        {t.stations}
        {line.stations.length > 0 && !isReached && <span className="hint"> {t.lastSeen}</span>}
      </h3>
      {line.stations.length === 0 ? (
        <p className="hint">{t.noStations}</p>
      ) : (
        <table className="stations">
          <thead>
            <tr>
              <th scope="col">{t.station}</th>
              <th scope="col">{t.machine}</th>
              <th scope="col">{t.now}</th>
              <th scope="col" className="end">
                {t.listed}
              </th>
            </tr>
          </thead>
          <tbody>
            {line.stations.map((station) => (
              <tr key={station.station} data-station={station.station}>
                <th scope="row">{station.name}</th>
                <td>{t.units[station.unitState ?? ''] ?? station.unitState ?? '–'}</td>
                <td>
                  <Jobs station={station} />
                </td>
                <td className="end">
                  {station.maxJobOrders === 0
                    ? number(station.listed)
                    : t.listedOf(number(station.listed), number(station.maxJobOrders))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

function Jobs({ station }: { readonly station: StationView }) {
  const { t, time } = useDeskWords()
  const jobs = station.jobs.filter(({ jobState }) => atWork.has(jobState))
  if (jobs.length === 0) return <span className="hint">{t.idle}</span>
  return (
    <ul className="jobs">
      {jobs.slice(0, mostShown).map(({ jobOrderId, jobState, since }) => (
        <li key={jobOrderId} data-state={jobState}>
          <code title={jobOrderId}>{shortId(jobOrderId)}</code> {t.job[jobState]}
          {since !== undefined && <span className="hint"> {time(since)}</span>}
        </li>
      ))}
      {jobs.length > mostShown && <li className="hint">{t.more(jobs.length - mostShown)}</li>}
    </ul>
  )
}
