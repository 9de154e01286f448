import type { LineView } from '@lot-one/rules'
import { useEffect, useState } from 'react'
import type { Desk, DeskView } from './desk.ts'
import { LineCard } from './LineCard.tsx'
import { useDeskWords } from './words.ts'

/** All lines, those that need somebody first. */
export function Board({ desk, view }: { readonly desk: Desk; readonly view: DeskView }) {
  const { t } = useDeskWords()
  const now = useNow()
  const { lines } = view
  const working = lines.filter(isWorking).length
  return (
    <>
      <div className="desk-head">
        <h1>{t.title}</h1>
        <p className="lead" data-testid="summary">
          {lines.length > 0 && t.summary(lines.length, working, lines.filter(needsSomebody).length)}
        </p>
        <Freshness view={view} />
      </div>
      {lines.length === 0 ? (
        <div className="desk-empty">
          <h2>{t.noLines}</h2>
          <p className="lead">{t.noLinesLead}</p>
          <pre>{t.noLinesExample}</pre>
        </div>
      ) : (
        <div className="desk-lines" data-stale={!view.isLive}>
          {[...lines]
            .sort((a, b) => urgency(b) - urgency(a) || (a.id < b.id ? -1 : 1))
            .map((line) => (
              <LineCard key={line.id} desk={desk} line={line} now={now} />
            ))}
        </div>
      )}
    </>
  )
}

const isWorking = ({ link }: LineView): boolean => link.state === 'online' || link.state === 'degraded'
const needsSomebody = ({ link, alarms }: LineView): boolean => link.state === 'stopped' || alarms.length > 0

const urgency = (line: LineView): number => (needsSomebody(line) ? 2 : isWorking(line) ? 0 : 1)

/** Says whether what is shown is the present, in words. */
function Freshness({ view }: { readonly view: DeskView }) {
  const { t, time } = useDeskWords()
  const isOnline = useOnline()
  if (view.isLive && isOnline) {
    return (
      <p className="desk-live" data-testid="freshness" data-state="live">
        <span className="dot" aria-hidden="true" />
        {t.live}
      </p>
    )
  }
  const since = time(view.heardAtMs)
  return (
    <output className="offline" data-testid="freshness" data-state={isOnline ? 'lost' : 'offline'}>
      {isOnline ? t.lost(since) : t.offline(since)}
    </output>
  )
}

function useOnline(): boolean {
  const [isOnline, setOnline] = useState(() => navigator.onLine)
  useEffect(() => {
    const look = () => setOnline(navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => {
      removeEventListener('online', look)
      removeEventListener('offline', look)
    }
  }, [])
  return isOnline
}

/** The time, every second: how long a line has been in its state. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
