import { readPicture } from '@lot-one/rules'
import type { DryRun } from '@lot-one/rules'
import { Fragment, useEffect, useState } from 'react'
import type { Answer } from '../bridge.ts'
import type { Desk } from './desk.ts'
import { Dialog } from './Dialog.tsx'
import { shortId } from './orderNames.ts'
import { useDeskWords } from './words.ts'

/** Every value that would be written to each station for an order, with where it comes from. */
export function DryRunDialog({
  desk,
  lineId,
  orderId,
  onClose,
}: {
  readonly desk: Desk
  readonly lineId: string
  readonly orderId: string | undefined
  readonly onClose: () => void
}) {
  const { t } = useDeskWords()
  return (
    <Dialog title={t.dryRunTitle} isOpen={orderId !== undefined} onClose={onClose} isWide>
      <p className="lead">{t.dryRunLead}</p>
      {orderId !== undefined && <Asked key={orderId} desk={desk} lineId={lineId} orderId={orderId} />}
    </Dialog>
  )
}

function Asked({
  desk,
  lineId,
  orderId,
}: {
  readonly desk: Desk
  readonly lineId: string
  readonly orderId: string
}) {
  const { t } = useDeskWords()
  const [answer, setAnswer] = useState<Answer<DryRun>>()
  useEffect(() => {
    let isWanted = true
    void desk.dryRun(lineId, orderId).then((came) => isWanted && setAnswer(came))
    return () => void (isWanted = false)
  }, [desk, lineId, orderId])
  return (
    <>
      {answer === undefined && <p className="hint">…</p>}
      {answer?.kind === 'unanswered' && <p role="alert">{t.failed[answer.reason]}</p>}
      {answer?.kind === 'refused' && (
        <p role="alert">{t.refused(answer.problem.detail ?? answer.problem.title)}</p>
      )}
      {answer?.kind === 'ok' && <Written run={answer.value} />}
    </>
  )
}

/** A long path or value breaks between its parts. */
const breakable = (path: string) =>
  path.split(/(?=[[.])|(?<=^[0-9a-f]{32})(?=[0-9a-f]{32})/).map((part) => (
    <Fragment key={part}>
      {part}
      <wbr />
    </Fragment>
  ))

/** A value that names the shopper's own picture shows it. */
function OrderedPicture({ value }: { readonly value: string }) {
  const { t } = useDeskWords()
  const picture = readPicture(value)
  if (!picture) return null
  const address = `/api/pictures/${picture.sha256}`
  return (
    <a className="job-picture" href={address} target="_blank" rel="noreferrer">
      <img src={address} alt={t.ownPicture} loading="lazy" />
    </a>
  )
}

function Written({ run }: { readonly run: DryRun }) {
  const { t } = useDeskWords()
  return (
    <div className="dry-run" data-testid="dry-run">
      {run.obstacle !== undefined && <p className="warn">{t.dryRunObstacle(run.obstacle)}</p>}
      {run.jobOrders.map(({ jobOrderId, op, station, machine, method, fields }) => (
        <details key={jobOrderId} open={op === run.jobOrders[0]?.op}>
          <summary>
            <strong>{machine ?? station}</strong>{' '}
            <span className="hint">
              {machine === undefined ? t.noMachine : `${method} ${shortId(jobOrderId)}`}
            </span>
          </summary>
          <table className="values">
            <thead>
              <tr>
                <th scope="col">{t.field}</th>
                <th scope="col">{t.value}</th>
                <th scope="col">{t.origin}</th>
              </tr>
            </thead>
            <tbody>
              {fields.map(({ path, type, value, origin, place }) => (
                <tr key={path}>
                  <th scope="row">
                    <code>{breakable(path)}</code> <span className="hint">{type}</span>
                  </th>
                  <td>
                    <code>{breakable(value)}</code>
                    <OrderedPicture value={value} />
                  </td>
                  <td>
                    {t.origins[origin]}
                    {place !== undefined && (
                      <>
                        {' '}
                        <code className="hint">{place}</code>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </div>
  )
}
