import type { OrderEvent, OrderView } from '@lot-one/rules'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Watch } from '../../session.ts'
import { framesOf } from '../../sessionLater.ts'
import type { Frame } from '../../sessionLater.ts'
import { Icon } from '../icons.tsx'
import type { LaterWords } from '../words.ts'

/** How long a whole film runs at most, and how long one moment stands, ms. */
const filmMs = 12_000
const longestMs = 1_200

/**
 * The order again as a film: a slider over what has happened, the picture as it was then. It is a replay and says so; the sentences
 * and stations around it stay live.
 */
export default function Film({
  words,
  watch,
  order: { order },
  onFrame,
  onClose,
}: {
  readonly words: LaterWords
  readonly watch: Watch
  readonly order: OrderView
  /** Shows the order as it stood at a moment. */
  readonly onFrame: (moment: OrderView) => void
  readonly onClose: () => void
}) {
  const t = words.t.film
  const [events, setEvents] = useState<readonly OrderEvent[]>([])
  useEffect(() => watch.replay((event) => setEvents((before) => [...before, event])), [watch])
  const frames = useMemo(() => framesOf(order, events), [order, events])
  const [at, setAt] = useState(0)
  // she asked to see it: it runs by itself where motion is welcome
  const [isPlaying, setPlaying] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches)
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus({ preventScroll: true }), [])
  const last = Math.max(0, frames.length - 1)
  const frame = frames[Math.min(at, last)]
  const isAtEnd = at >= last
  useEffect(() => {
    if (frame) onFrame(frame.view)
  }, [frame, onFrame])
  const runs = isPlaying && !isAtEnd
  useEffect(() => {
    if (!runs) return
    // a replay may run by the clock: everything in it has happened
    const timer = setTimeout(() => setAt(at + 1), Math.min(longestMs, filmMs / (last + 1)))
    return () => clearTimeout(timer)
  }, [runs, at, last])
  const play = () => {
    if (runs) return setPlaying(false)
    if (isAtEnd) setAt(0)
    setPlaying(true)
  }
  const said = frame ? `${words.time(frame.event.at)} · ${sentenceOf(words, frame)}` : words.t.loading
  return (
    <section className="film" aria-label={t.title} data-testid="film">
      <p className="film-now">
        <span className="film-mark">{t.replay}</span>{' '}
        <span data-testid="film-now" aria-live={runs ? 'off' : 'polite'}>
          {said}
        </span>
      </p>
      <input
        className="slider"
        type="range"
        min={0}
        max={last}
        step={1}
        value={Math.min(at, last)}
        aria-label={t.slider}
        aria-valuetext={said}
        disabled={frames.length === 0}
        style={{ '--fill': last > 0 ? Math.min(at, last) / last : 0 }}
        // a hand on the slider stops the film, also where it does not move it
        onPointerDown={() => setPlaying(false)}
        onKeyDown={(event) => {
          if (event.key !== 'Tab') setPlaying(false)
        }}
        onChange={(event) => {
          setPlaying(false)
          setAt(Number(event.currentTarget.value))
        }}
      />
      <p className="film-ends" aria-hidden="true">
        <span>{frames[0] && words.time(frames[0].event.at)}</span>
        <span>{frames[last] && words.time(frames[last].event.at)}</span>
      </p>
      <div className="film-ways">
        <button ref={first} type="button" className="button small" onClick={play} data-testid="film-play">
          <Icon name={runs ? 'pause' : 'play'} size={16} /> {runs ? t.pause : t.play}
        </button>
        <button type="button" className="button quiet small" onClick={onClose} data-testid="film-live">
          {t.backToLive}
        </button>
      </div>
    </section>
  )
}

/** What happened at a moment, in a few words. */
function sentenceOf({ t, language }: LaterWords, { event, view }: Frame): string {
  switch (event.kind) {
    case 'assigned':
      return t.headline.released
    case 'job': {
      const operation = view.operations.find(({ op }) => op === event.op)
      const station = operation?.label[language] ?? operation?.label['en'] ?? String(event.op)
      return `${station}: ${t.job[event.jobState]}`
    }
    case 'changed':
      return t.film.changed
    default:
      return t.headline[event.state]
  }
}
