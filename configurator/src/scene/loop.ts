/**
 * Draws on demand: one frame per change, one after the other while something moves, none while nothing does. A picture
 * drawn with fewer pixels in motion is drawn in full when it comes to rest.
 */
import { createPace } from './pace.ts'

/** A picture drawn with fewer pixels is drawn in full after this pause. */
const SHARPEN_MS = 120

export interface LoopParts {
  /**
   * Makes everything ready for a frame: `go`, `more` when another frame has to follow, `rest` when there is none, `again` next
   * frame, or a promise after which to try again.
   */
  prepare(): 'go' | 'more' | 'rest' | 'again' | Promise<void>
  /** Moves what moves by a time in seconds, or all the way; true while there is more to move. */
  step(seconds: number, jump: boolean): boolean
  /** Draws with this many device pixels per CSS pixel. */
  paint(ratio: number): void
  /** Nothing is left to draw. */
  onRest(): void
}

export interface Loop {
  /** Asks for a frame. */
  wake(): void
  /** Asks for one that shows what a hand moves at this moment. */
  wakeByHand(): void
  /** Lets the next frame end every motion at once. */
  jump(): void
  readonly isJumping: boolean
  readonly framesDrawn: number
  /** Device pixels per CSS pixel at rest. */
  readonly restingRatio: number
  /** Resolves when what was asked for has been drawn and no further frame is wanted. */
  settled(): Promise<void>
  /** Stops until `resume`; what was asked for stays asked for. */
  pause(): void
  resume(): void
  dispose(): void
}

/** Makes a loop that has drawn nothing yet. */
export function createLoop(pixelRatio: number, { prepare, step, paint, onRest }: LoopParts): Loop {
  const pace = createPace(pixelRatio)
  let frame = 0
  let sharpen: ReturnType<typeof setTimeout> | undefined
  let isHeld = false
  let isPaused = false
  let isHandled = false
  let mustJump = true
  let lastTime = 0
  let framesDrawn = 0
  let waiters: (() => void)[] = []

  const wake = () => {
    if (frame === 0 && !isPaused && !isHeld) frame = requestAnimationFrame(draw)
  }
  const stop = () => {
    cancelAnimationFrame(frame)
    clearTimeout(sharpen)
    frame = 0
    sharpen = undefined
    isHeld = false
  }
  const release = () => {
    for (const resolve of waiters.splice(0)) resolve()
  }
  const rest = () => {
    if (frame !== 0 || isHeld || sharpen !== undefined) return
    onRest()
    release()
  }
  function draw(time: number): void {
    frame = 0
    clearTimeout(sharpen)
    sharpen = undefined
    if (isPaused) return
    const ready = prepare()
    if (ready === 'rest') return rest()
    if (ready === 'again') return wake()
    if (typeof ready !== 'string') {
      isHeld = true
      void ready.then(() => {
        isHeld = false
        wake()
      })
      return
    }
    const since = lastTime ? time - lastTime : 16
    const isMoving = step(Math.min(0.05, since / 1000), mustJump)
    mustJump = false
    if ((isMoving || isHandled) && lastTime) pace.note(since)
    const ratio = pace.ratio(isMoving || isHandled)
    paint(ratio)
    framesDrawn++
    lastTime = isMoving || isHandled ? time : 0
    isHandled = false
    if (isMoving || ready === 'more') wake()
    else if (ratio < pace.ratio(false))
      sharpen = setTimeout(() => ((sharpen = undefined), wake()), SHARPEN_MS)
    else rest()
  }
  return {
    wake,
    wakeByHand() {
      isHandled = true
      wake()
    },
    jump() {
      mustJump = true
    },
    get isJumping() {
      return mustJump
    },
    get framesDrawn() {
      return framesDrawn
    },
    restingRatio: pace.ratio(false),
    settled: () =>
      new Promise((resolve) => {
        waiters.push(resolve)
        if (frame === 0) rest()
      }),
    pause() {
      isPaused = true
      stop()
    },
    resume() {
      isPaused = false
      wake()
    },
    dispose() {
      isPaused = true
      stop()
      release()
    },
  }
}
