import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { drawFridgeFront } from '../scene/drawing.ts'
import type { Appliance, BuildStage, FocusArea } from '../scene/appliance.ts'
import type { Stage } from '../scene/stage.ts'
import type { Session } from '../session.ts'
import { whenIdle } from './idle.ts'
import { useWords } from './words.ts'

/** What the picture shows and where it looks. */
export interface Picture {
  readonly appliance: Appliance
  /** In words, for those who do not see it. */
  readonly summary: string
  readonly area: FocusArea
  /** Whether the doors stand open because of what is being chosen. */
  readonly isOpen: boolean
  /** Where a picture on the fronts is found. */
  readonly shop: Pick<Session, 'pictures'>
  /** Opens the choice of a picture for the fronts; absent: none is offered. */
  readonly onOwnPicture?: () => void
  /** Only what stations have finished; absent: everything. */
  readonly finished?: ReadonlySet<BuildStage>
  /** What the picture is, where it is not the present one. */
  readonly caption?: string
}

const ViewTools = lazy(() => import('./picture/ViewTools.tsx'))

/** The picture as a drawing alone: what stands there when the 3D part breaks. */
export function DrawnPicture({ picture }: { readonly picture: Picture }) {
  const { t } = useWords()
  const { appliance, finished, summary } = picture
  return (
    <section className="viewport" aria-label={t.picture} data-testid="viewport" data-state="none">
      <Drawing appliance={appliance} finished={finished} label={t.pictureOf(summary)} />
      <p className="viewport-hint">{t.drawnPicture}</p>
    </section>
  )
}

function Drawing({
  appliance,
  finished,
  label,
}: {
  readonly appliance: Appliance
  readonly finished: ReadonlySet<BuildStage> | undefined
  /** Absent while the 3D picture speaks for both. */
  readonly label: string | undefined
}) {
  // the tap is answered first, the drawing follows; behind the 3D picture it follows when there is time
  const isHidden = label === undefined
  const [caughtUp, setCaughtUp] = useState(appliance)
  useEffect(() => (isHidden ? whenIdle(() => setCaughtUp(appliance)) : undefined), [isHidden, appliance])
  const shown = useDeferredValue(isHidden ? caughtUp : appliance)
  const draw = useDrawer(shown.family)
  const drawing = useMemo(
    () => draw?.(shown, { ...(finished && { reveal: finished }) }),
    [draw, shown, finished],
  )
  return (
    <div
      className="drawing"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      // our own pure function makes this from option values; no text of a user enters it unescaped
      dangerouslySetInnerHTML={{ __html: drawing ?? '' }}
    />
  )
}

/** Gives what draws a family: the fridge comes with the page, the others when they are looked at. */
function useDrawer(family: Appliance['family']): typeof drawFridgeFront | undefined {
  const [all, setAll] = useState<typeof drawFridgeFront>()
  const needsAll = family !== 'fridge'
  useEffect(() => {
    if (!needsAll) return
    import('../scene/drawings.ts').then(
      ({ drawAppliance }) => setAll(() => drawAppliance),
      // offline before it was ever loaded: the words still say what is chosen
      () => {},
    )
  }, [needsAll])
  return needsAll ? all : drawFridgeFront
}

/** Radians per dragged pixel and per arrow key. */
const turnPerPixel = 0.008
const turnPerKey = 0.15
const zoomPerKey = 1.12

/**
 * The picture of the appliance. A drawing is there from the first paint; the 3D stage is loaded when the page is idle and fades in
 * over it. Without WebGL, or when the context is lost, the drawing is what remains.
 */
export function Viewport({ picture }: { readonly picture: Picture }) {
  const { t } = useWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const { stage, state } = useStage(canvas)
  const [isTurning, setTurning] = useState(false)
  const { appliance, area, finished, summary } = picture

  useEffect(() => {
    stage?.show(appliance, { animate: !prefersStill() })
  }, [stage, appliance])
  useEffect(() => stage?.focus(area === 'whole' ? null : area), [stage, area])
  useEffect(() => stage?.reveal(finished ?? null), [stage, finished])

  const drag = useRef<{ x: number; y: number } | undefined>(undefined)
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>) => {
    // a finger scrolls the page unless turning was asked for; a mouse has a wheel for that
    if (event.pointerType !== 'mouse' && !isTurning) return
    drag.current = { x: event.clientX, y: event.clientY }
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!drag.current) return
    stage?.turnBy(
      (event.clientX - drag.current.x) * turnPerPixel,
      (event.clientY - drag.current.y) * turnPerPixel,
    )
    drag.current = { x: event.clientX, y: event.clientY }
  }
  const onPointerEnd = () => {
    drag.current = undefined
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys[event.key]
    if (!stage || !act) return
    event.preventDefault()
    act(stage)
  }
  return (
    <section
      className="viewport"
      aria-label={t.picture}
      data-testid="viewport"
      data-state={state}
      data-turning={isTurning}
    >
      <Drawing
        appliance={appliance}
        finished={finished}
        label={state === 'live' ? undefined : t.pictureOf(summary)}
      />
      <canvas
        ref={canvas}
        className="canvas"
        {...(state === 'live'
          ? { role: 'img', 'aria-label': t.pictureOf(summary), 'aria-describedby': 'turn-hint', tabIndex: 0 }
          : { 'aria-hidden': true })}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onPointerCancel={onPointerEnd}
        onKeyDown={onKeyDown}
      />
      <p id="turn-hint" className="sr-only">
        {t.turnHint}
      </p>
      {state === 'none' && <p className="viewport-hint">{t.drawnPicture}</p>}
      {picture.caption && <p className="viewport-caption">{picture.caption}</p>}
      {state === 'live' && stage && (
        <Suspense fallback={null}>
          <ViewTools stage={stage} picture={picture} isTurning={isTurning} onTurning={setTurning} />
        </Suspense>
      )}
    </section>
  )
}

const keys: Record<string, (stage: Stage) => void> = {
  ArrowLeft: (stage) => stage.turnBy(-turnPerKey, 0),
  ArrowRight: (stage) => stage.turnBy(turnPerKey, 0),
  ArrowUp: (stage) => stage.turnBy(0, -turnPerKey),
  ArrowDown: (stage) => stage.turnBy(0, turnPerKey),
  '+': (stage) => stage.zoomBy(zoomPerKey),
  '=': (stage) => stage.zoomBy(zoomPerKey),
  '-': (stage) => stage.zoomBy(1 / zoomPerKey),
}

function prefersStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** `drawn`: 3D is not there yet · `live` · `none`: it never will be, or was lost. */
type StageState = 'drawn' | 'live' | 'none'

/** Loads the 3D stage when the page is idle and keeps it as large as its canvas. */
function useStage(canvas: React.RefObject<HTMLCanvasElement | null>): {
  stage: Stage | undefined
  state: StageState
} {
  const [stage, setStage] = useState<Stage>()
  const [state, setState] = useState<StageState>('drawn')
  useEffect(() => {
    let isGone = false
    let made: Stage | undefined
    let observer: ResizeObserver | undefined
    const begin = async () => {
      try {
        const { createStage, stagesAreGone } = await import('../scene/stage.ts')
        await stagesAreGone()
        const element = canvas.current
        if (isGone || !element) return
        const result = createStage(element, {
          pixelRatio: Math.min(2, devicePixelRatio),
          reducedMotion: prefersStill(),
          onLost: () => setState('drawn'),
          onRestored: () => setState('live'),
        })
        if ('unavailable' in result) return setState('none')
        made = result
        observer = new ResizeObserver(() => made?.resize())
        observer.observe(element)
        setStage(made)
        await made.settled()
        if (!isGone) setState('live')
      } catch (error) {
        // the chunk could not be loaded or the driver gave up: the drawing and everything else goes on
        console.warn('3D is not available', error)
        if (!isGone) setState('none')
      }
    }
    const cancel = whenIdle(() => void begin())
    return () => {
      isGone = true
      cancel()
      observer?.disconnect()
      made?.dispose()
    }
  }, [canvas])
  return { stage, state }
}
