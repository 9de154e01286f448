import type { LineAlarm } from '@lot-one/rules'
import { useState } from 'react'
import { Icon } from '../ui/icons.tsx'
import { Question } from './Dialog.tsx'
import { shortId } from './orderNames.ts'
import { useDeskWords } from './words.ts'

/** What only a person can settle, with the answer where one is awaited. */
export function NeedsYou({
  alarms,
  onAnswer,
}: {
  readonly alarms: readonly LineAlarm[]
  readonly onAnswer: (jobOrderId: string, built: boolean) => void
}) {
  const { t, time } = useDeskWords()
  const [asked, setAsked] = useState<{ readonly jobOrderId: string; readonly built: boolean }>()
  if (alarms.length === 0) return null
  return (
    <div className="line-alarms" data-testid="alarms">
      <h3>{t.needsYou}</h3>
      <ul>
        {alarms.map(({ kind, orderId, jobOrderId, station, since, detail }) => (
          <li key={`${kind} ${jobOrderId ?? orderId}`} className="line-problem" data-kind={kind}>
            <Icon name="alert" />
            <div>
              <h4>{t.alarms[kind].title}</h4>
              <p>{t.alarms[kind].next}</p>
              <p className="hint">
                {t.unit} <code>{shortId(jobOrderId ?? orderId)}</code>
                {station !== undefined && ` · ${t.orderAt(station)}`}
                {since !== undefined && ` · ${time(since)}`}
              </p>
              <details>
                <summary>{t.details}</summary>
                <p lang="en">{detail}</p>
              </details>
              {kind === 'inDoubt' && jobOrderId !== undefined && (
                <p className="answers">
                  <button
                    type="button"
                    className="button small"
                    aria-haspopup="dialog"
                    onClick={() => setAsked({ jobOrderId, built: true })}
                  >
                    {t.wasBuilt}
                  </button>
                  <button
                    type="button"
                    className="button quiet small"
                    aria-haspopup="dialog"
                    onClick={() => setAsked({ jobOrderId, built: false })}
                  >
                    {t.wasNotBuilt}
                  </button>
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      <Question
        title={asked?.built ? t.builtAsk : t.notBuiltAsk}
        text={asked?.built ? t.builtExplain : t.notBuiltExplain}
        yes={asked?.built ? t.wasBuilt : t.wasNotBuilt}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        onYes={() => asked && onAnswer(asked.jobOrderId, asked.built)}
      />
    </div>
  )
}
