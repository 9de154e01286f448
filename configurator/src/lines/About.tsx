import type { LineView } from '@lot-one/rules'
import { CertificateFacts } from './Trust.tsx'
import { useDeskWords } from './words.ts'

/** Differences of less than this are those of the network. */
const sameClockMs = 1_000

/** What is known about a line, folded away until somebody wants it. */
export function About({ line, now }: { readonly line: LineView; readonly now: number }) {
  const { t, span, moment } = useDeskWords()
  const { certificate, abilities, clockDifferenceMs: clock, endpoints } = line
  return (
    <details className="fold" data-testid="about">
      <summary>{t.about}</summary>
      <dl className="desk-facts">
        <dt>{t.endpoint}</dt>
        <dd>
          <code>{line.endpoint}</code>
        </dd>
        {abilities?.software !== undefined && (
          <>
            <dt>{t.software}</dt>
            <dd>{abilities.software}</dd>
          </>
        )}
        {clock !== undefined && (
          <>
            <dt>{t.clock}</dt>
            <dd data-testid="clock">
              {Math.abs(clock) < sameClockMs ? t.clockSame : t.clockOff(span(Math.abs(clock)), clock > 0)}
            </dd>
          </>
        )}
        {endpoints.length > 0 && (
          <>
            <dt>{t.endpoints}</dt>
            <dd>
              <ul>
                {endpoints.map(({ policy, mode, users, used }) => (
                  <li key={`${policy} ${mode}`} data-used={used}>
                    {policy} · {mode}
                    <span className="hint"> {users.map((user) => t.users[user] ?? user).join(', ')}</span>
                    {used && <strong> · {t.endpointUsed}</strong>}
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {abilities && (
          <>
            <dt>{t.events}</dt>
            <dd>{abilities.events ? t.eventsYes : t.eventsNo}</dd>
            <dt>{t.limits}</dt>
            <dd>{limits(abilities)}</dd>
            <dt>{t.clears}</dt>
            <dd>{abilities.clearsByItself ? t.clearsYes(moment(abilities.clearsByItself)) : t.clearsNo}</dd>
            <dt>{t.forgets}</dt>
            <dd>{abilities.forgetsItsList ? t.forgetsYes(moment(abilities.forgetsItsList)) : t.forgetsNo}</dd>
          </>
        )}
      </dl>
      {certificate?.trust === 'trusted' && (
        <>
          <h3>
            {t.certificate} <span className="hint">{t.trustState[certificate.trust]}</span>
          </h3>
          <CertificateFacts certificate={certificate} now={now} />
        </>
      )}
    </details>
  )

  function limits(of: NonNullable<LineView['abilities']>): string {
    const { nodesPerRead, nodesPerBrowse, nodesPerMethodCall } = of
    const most = (n: number | undefined) => (n === undefined ? t.noLimit : String(n))
    if (nodesPerRead === undefined && nodesPerBrowse === undefined && nodesPerMethodCall === undefined)
      return t.noLimit
    return t.limitOf(most(nodesPerRead), most(nodesPerBrowse), most(nodesPerMethodCall))
  }
}
