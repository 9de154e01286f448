import type { LineView } from '@lot-one/rules'
import { useId, useState } from 'react'
import type { Answer } from '../bridge.ts'
import { Icon } from '../ui/icons.tsx'
import { About } from './About.tsx'
import { AuditRecord } from './AuditRecord.tsx'
import type { Desk } from './desk.ts'
import { Question } from './Dialog.tsx'
import { NeedsYou } from './NeedsYou.tsx'
import { Queue } from './Queue.tsx'
import { Stations } from './Stations.tsx'
import { Trust } from './Trust.tsx'
import { useDeskWords } from './words.ts'

/** Everything about one line: how it stands and what to do about it first, what is on it, what is known of it. */
export function LineCard({
  desk,
  line,
  now,
}: {
  readonly desk: Desk
  readonly line: LineView
  readonly now: number
}) {
  const { t, time, span } = useDeskWords()
  const id = useId()
  const [isAsking, setAsking] = useState(false)
  const [problem, setProblem] = useState<string>()
  const { link, held } = line
  /** Runs something a person decided; what went wrong is said in the card. */
  const act = async (doing: Promise<Answer<unknown>>): Promise<boolean> => {
    setProblem(undefined)
    const answer = await doing
    if (answer.kind === 'unanswered') setProblem(t.failed[answer.reason])
    if (answer.kind === 'refused') setProblem(t.refused(answer.problem.detail ?? answer.problem.title))
    return answer.kind === 'ok'
  }
  return (
    <section
      className="line"
      aria-labelledby={id}
      data-testid="line"
      data-line={line.id}
      data-state={link.state}
    >
      <div className="line-head">
        <div>
          <h2 id={id}>{line.id}</h2>
          <p className="line-state" data-testid="state">
            <span className="line-badge" data-state={link.state}>
              {t.states[link.state]}
            </span>
            {held && (
              <span className="line-badge" data-state="held">
                {t.heldBadge}
              </span>
            )}
            <span className="hint">
              {t.since(time(link.since), span(Math.max(0, now - Date.parse(link.since))))}
            </span>
          </p>
        </div>
        <button
          type="button"
          className={`button small ${held ? '' : 'quiet'}`}
          aria-haspopup="dialog"
          data-testid={held ? 'resume' : 'hold'}
          onClick={() => setAsking(true)}
        >
          {held ? t.resume : t.hold}
        </button>
      </div>
      {held && <p className="hint">{t.heldLead}</p>}
      <Question
        title={held ? t.resumeAsk(line.id) : t.holdAsk(line.id)}
        text={held ? t.resumeExplain : t.holdExplain(line.queue)}
        yes={held ? t.resumeYes : t.holdYes}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onYes={() => void act(desk.hold(line.id, !held))}
      />
      {problem !== undefined && (
        <p className="line-failed" role="alert">
          {problem}
        </p>
      )}
      <Problems line={line} />
      {line.certificate && line.certificate.trust !== 'trusted' && (
        <Trust
          certificate={line.certificate}
          now={now}
          onTrust={(sha256) => act(desk.trust(line.id, sha256))}
        />
      )}
      <NeedsYou
        alarms={line.alarms}
        onAnswer={(jobOrderId, built) => void act(desk.answer(line.id, jobOrderId, built))}
      />
      <Stations line={line} />
      {(line.stations.length > 0 || line.queue > 0) && <Queue desk={desk} line={line} />}
      <div className="line-more">
        <About line={line} now={now} />
        <AuditRecord desk={desk} lineId={line.id} />
      </div>
    </section>
  )
}

/** What is off and what to do about it; the bridge's own sentence one tap away. */
function Problems({ line: { link, certificate } }: { readonly line: LineView }) {
  const { t } = useDeskWords()
  const problems = link.problems ?? []
  if (problems.length === 0) return null
  return (
    <div className="line-problems" data-state={link.state} data-testid="problems">
      {problems.map(({ cause, detail }) => {
        const isOther = cause === 'certificateUnknown' && certificate?.replaces !== undefined
        const advice = t.causes[cause]
        return (
          <div key={cause + detail} className="line-problem">
            <Icon name="alert" />
            <div>
              <h3>{isOther ? t.newCertificate : advice.title}</h3>
              <p>{isOther ? t.newCertificateNext : advice.next}</p>
              <details>
                <summary>{t.details}</summary>
                <p lang="en">{detail}</p>
              </details>
            </div>
          </div>
        )
      })}
    </div>
  )
}
