import type { AuditView } from '@lot-one/rules'
import { useState } from 'react'
import type { Desk } from './desk.ts'
import { shortId } from './orderNames.ts'
import { useDeskWords } from './words.ts'

/** As many as the bridge gives at once. */
const pageSize = 50

/** What was called on a line and what staff decided, newest first; read when it is opened. */
export function AuditRecord({ desk, lineId }: { readonly desk: Desk; readonly lineId: string }) {
  const { t, moment } = useDeskWords()
  const [entries, setEntries] = useState<readonly AuditView[]>()
  const [hasMore, setMore] = useState(false)
  const [problem, setProblem] = useState<string>()
  const load = async (before?: number) => {
    setProblem(undefined)
    const answer = await desk.audit(lineId, before)
    if (answer.kind === 'unanswered') setProblem(t.failed[answer.reason])
    else if (answer.kind === 'refused') setProblem(t.refused(answer.problem.detail ?? answer.problem.title))
    else {
      setEntries((known) => [...(before === undefined ? [] : (known ?? [])), ...answer.value])
      setMore(answer.value.length === pageSize)
    }
  }
  return (
    <details
      className="fold"
      data-testid="audit"
      onToggle={(event) => {
        if (event.currentTarget.open) void load()
      }}
    >
      <summary>{t.audit}</summary>
      <p className="hint">{t.auditLead}</p>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {entries?.length === 0 && <p className="hint">{t.noAudit}</p>}
      {entries && entries.length > 0 && (
        <table className="values audit">
          <thead>
            <tr>
              <th scope="col">{t.auditWhen}</th>
              <th scope="col">{t.auditWhat}</th>
              <th scope="col">{t.auditWho}</th>
              <th scope="col">{t.auditResult}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ position, at, method, jobOrderId, user, thumbprint, result }) => (
              <tr key={position}>
                <td>{moment(at)}</td>
                <th scope="row">
                  {method} {jobOrderId !== undefined && <code title={jobOrderId}>{shortId(jobOrderId)}</code>}
                </th>
                <td>
                  {user}
                  {thumbprint !== '' && (
                    <span className="hint" title={thumbprint}>
                      {' '}
                      {t.auditCertificate} <code>{thumbprint.slice(0, 8).toUpperCase()}…</code>
                    </span>
                  )}
                </td>
                <td>{result}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {entries && (
        <p className="answers">
          {hasMore && (
            <button
              type="button"
              className="button quiet small"
              onClick={() => void load(entries.at(-1)?.position)}
            >
              {t.older}
            </button>
          )}
          <button type="button" className="button quiet small" onClick={() => void load()}>
            {t.refresh}
          </button>
        </p>
      )}
    </details>
  )
}
