/**
 * The stage owns the GPU: it shows an appliance, moves camera and doors, and draws only when something changed. The
 * page loads this file lazily; nothing here knows the page.
 */
import {
  NeutralToneMapping,
  PCFShadowMap,
  PerspectiveCamera,
  Scene,
  WebGLRenderer,
  type WebGLRenderTarget,
} from 'three'
import type { Appliance, BuildStage, FocusArea } from './appliance.ts'
import { createRig, LENS_DEGREES, placeCamera, poseOf, viewOf } from './camera.ts'
import { createFinishes } from './finish.ts'
import { createFloor } from './floor.ts'
import { planFridge, progressOf, type MeshRole } from './fridge.ts'
import { createIdleQueue } from './idle.ts'
import { fridgeSpec, panelColour, shellTone, type FrontId, type FridgeSpec } from './layouts.ts'
import { createOverlay } from './overlay.ts'
import { createPace } from './pace.ts'
import { createPartStore } from './partStore.ts'
import { drawStill, type StillSize } from './still.ts'
import { bakeStudio, keyLight, SHADOW_SIZE, STUDIO_SIZE } from './studio.ts'
import { createWarmUp, type ShaderName } from './warmUp.ts'

export type { Appliance, BuildStage, FocusArea } from './appliance.ts'

/** Figures of the last drawn frame and of what the GPU holds. */
export interface StageStats {
  drawCalls: number
  triangles: number
  programs: number
  geometries: number
  textures: number
  /** What our textures hold on the GPU, by their sizes and formats. */
  textureBytes: number
  /** Since the stage was made. */
  framesDrawn: number
}

/** A picture of one appliance on one canvas. Every call takes effect with the next frame; calls in one task share it. */
export interface Stage {
  /** Shows a configuration: draws again only the parts whose inputs changed. `animate: false` jumps. */
  show(what: Appliance, options?: { animate?: boolean }): void
  /** Sends the camera to what changed; null and `whole` are the resting view. */
  focus(area: FocusArea | null): void
  /** Opens (1) or shuts (0) doors and drawers. */
  open(amount: 0 | 1): void
  /** Shows only what stations have finished, the rest as an outline; null shows the finished appliance. */
  reveal(done: ReadonlySet<BuildStage> | null): void
  /** Turns by radians, at once: for dragging and arrow keys. */
  turnBy(yaw: number, pitch: number): void
  /** Comes closer by a factor above 1, backs off below it, at once. */
  zoomBy(factor: number): void
  /** Shows width, height and depth. */
  dimensions(on: boolean): void
  /** Draws an averaged still with a transparent background (PNG). */
  still(size: StillSize): Promise<Blob>
  /** Reads the canvas' CSS size again. */
  resize(): void
  /** Resolves when what was asked for has been drawn and no further frame is wanted. */
  settled(): Promise<void>
  stats(): StageStats
  /** Frees everything on the GPU; the stage must not be used afterwards. */
  dispose(): void
}

export interface StageOptions {
  /** The device's; capped at 2. */
  pixelRatio: number
  /** Whether camera and doors jump instead of moving. */
  reducedMotion: boolean
  /** The GPU took its memory away; the picture stands still until it is given back. */
  onLost?(): void
  onRestored?(): void
}

/** A picture drawn with fewer pixels is drawn in full after this pause. */
const SHARPEN_MS = 120
/** Time one frame may spend on drawing waiting insides. */
const SLICE_MS = 8

/**
 * Makes a stage on a canvas.
 * @returns the stage, or why there is none: no WebGL 2 on this device or in this browser.
 */
export function createStage(
  canvas: HTMLCanvasElement,
  options: StageOptions,
): Stage | { unavailable: string } {
  const context = canvas.getContext('webgl2', {
    alpha: true,
    antialias: true,
    depth: true,
    stencil: false,
    powerPreference: 'default',
  })
  if (!context) return { unavailable: 'This browser gives no WebGL 2 context.' }
  let renderer: WebGLRenderer
  try {
    renderer = new WebGLRenderer({ canvas, context, alpha: true, antialias: true })
  } catch (cause) {
    return {
      unavailable: `WebGL 2 does not start: ${cause instanceof Error ? cause.message : String(cause)}`,
    }
  }
  return setTheStage(canvas, renderer, options)
}

function setTheStage(canvas: HTMLCanvasElement, renderer: WebGLRenderer, options: StageOptions): Stage {
  renderer.toneMapping = NeutralToneMapping
  renderer.shadowMap.enabled = true
  renderer.shadowMap.type = PCFShadowMap
  renderer.shadowMap.autoUpdate = false
  // Asking a program for errors waits for the compiler; the tests ask, the shop does not.
  renderer.debug.checkShaderErrors = false

  const scene = new Scene()
  const camera = new PerspectiveCamera(LENS_DEGREES, 1, 0.5, 40)
  const light = keyLight()
  const floor = createFloor()
  const overlay = createOverlay()
  const parts = createPartStore()
  const finishes = createFinishes()
  const rig = createRig()
  const idle = createIdleQueue()
  const warmUp = createWarmUp(renderer, camera, scene, finishes)
  scene.add(light, light.target, floor.mesh, parts.group, overlay.group)

  let studio: WebGLRenderTarget = bakeStudio(renderer)
  finishes.setEnvironment(studio.texture)

  let wanted: FridgeSpec | null = null
  let done: ReadonlySet<BuildStage> | null = null
  let isStale = false
  let isHeld = false
  let hasIdleWork = false
  let isHandled = false
  let sharpen: ReturnType<typeof setTimeout> | undefined
  let area: FocusArea = 'whole'
  let openGoal = 0
  let openNow = 0
  let showsDimensions = false
  let mustJump = true
  let isLost = false
  let frame = 0
  let lastTime = 0
  let framesDrawn = 0
  let lastDrawn = { drawCalls: 0, triangles: 0 }
  let waiters: (() => void)[] = []
  const pace = createPace(options.pixelRatio)

  const wake = () => {
    if (frame === 0 && !isLost && !isHeld) frame = requestAnimationFrame(draw)
  }
  const aim = (jump: boolean) => {
    if (wanted)
      rig.aim(poseOf(viewOf(wanted, area, openGoal > 0), camera.aspect), jump || options.reducedMotion)
  }
  const materialFor = (role: MeshRole, front: FrontId | undefined) => {
    if (role === 'display') return finishes.display()
    if (role !== 'panel') return finishes[role]
    const spec = wanted!
    const isPainted = progressOf(spec.finish, done).painted
    return isPainted
      ? finishes.panel(spec.finish, panelColour(spec, front!))
      : finishes.panel('bare', BARE_METAL)
  }

  /** Brings the parts up to what is wanted. */
  const update = () => {
    if (!wanted || !isStale) return
    isStale = false
    const spec = wanted
    const progress = progressOf(spec.finish, done)
    finishes.setTone(progress.painted ? shellTone(spec) : BARE_METAL)
    parts.take(planFridge(spec, progress), materialFor)
    parts.open(openNow)
    floor.fit(spec.widthMm / 1000, spec.depthMm / 1000, openNow * 0.2)
    floor.mesh.visible = progress.body
    overlay.update(spec, { dimensions: showsDimensions, outline: !progress.body })
    renderer.shadowMap.needsUpdate = true
    // What waits for idle time must not get in the way of this picture.
    idle.replace([])
    hasIdleWork = true
  }

  /** Compiles what the next frame needs and does not have; true while it must wait. The old picture stays. */
  const awaitShaders = (spec: FridgeSpec): boolean => {
    const { painted, smart } = progressOf(spec.finish, done)
    const needed: ShaderName[] = ['solid', painted ? spec.finish : 'lacquer']
    if (smart && (spec.screen !== 'none' || spec.einkTag)) needed.push('display')
    if (openGoal > 0 || openNow > 0) needed.push('clear')
    if (warmUp.isReady(needed)) return false
    isHeld = true
    void warmUp.prepare(needed).then(() => {
      isHeld = false
      wake()
    })
    return true
  }

  /** Draws insides that open doors are about to show; true while some are missing. */
  const fillInside = (): boolean => {
    if (openGoal === 0 && openNow === 0) return false
    const until = performance.now() + SLICE_MS
    for (const slice of parts.waiting()) {
      if (!mustJump && performance.now() >= until) return true
      slice()
    }
    return false
  }

  const moveDoors = (seconds: number): boolean => {
    if (openNow === openGoal) return false
    const next = openNow + (openGoal - openNow) * (1 - Math.exp(-6.5 * seconds))
    openNow = mustJump || options.reducedMotion || Math.abs(openGoal - next) < 0.004 ? openGoal : next
    parts.open(openNow)
    if (wanted) floor.fit(wanted.widthMm / 1000, wanted.depthMm / 1000, openNow * 0.2)
    renderer.shadowMap.needsUpdate = true
    return openNow !== openGoal
  }

  let size: readonly [number, number] = [1, 1]
  const measure = () => {
    size = [Math.max(1, canvas.clientWidth), Math.max(1, canvas.clientHeight)]
    camera.aspect = size[0] / size[1]
    overlay.scaleTo(size[1], LENS_DEGREES)
  }
  /** Gives the drawing buffer its size, just before it is drawn: a resized canvas is empty until then. */
  const fit = (ratio: number) => {
    const [w, h] = size
    if (renderer.getPixelRatio() !== ratio) renderer.setPixelRatio(ratio)
    if (canvas.width !== Math.floor(w * ratio) || canvas.height !== Math.floor(h * ratio))
      renderer.setSize(w, h, false)
  }

  const paint = () => {
    placeCamera(camera, rig.now)
    renderer.render(scene, camera)
    const { calls, triangles } = renderer.info.render
    lastDrawn = { drawCalls: calls, triangles }
  }

  function draw(time: number): void {
    frame = 0
    clearTimeout(sharpen)
    sharpen = undefined
    if (isLost) return
    if (!wanted) return rest()
    const since = lastTime ? time - lastTime : 16
    update()
    if (awaitShaders(wanted)) return
    if (fillInside()) return wake()
    const seconds = Math.min(0.05, since / 1000)
    const doorsMove = moveDoors(seconds)
    const cameraMoves = rig.step(seconds)
    const isMoving = doorsMove || cameraMoves
    mustJump = false
    if ((isMoving || isHandled) && lastTime) pace.note(since)
    const ratio = pace.ratio(isMoving || isHandled)
    fit(ratio)
    paint()
    framesDrawn++
    lastTime = isMoving || isHandled ? time : 0
    isHandled = false
    if (isMoving) wake()
    else if (ratio < pace.ratio(false))
      sharpen = setTimeout(() => ((sharpen = undefined), wake()), SHARPEN_MS)
    else rest()
  }

  const rest = () => {
    if (frame !== 0 || isHeld || sharpen !== undefined) return
    if (hasIdleWork) {
      hasIdleWork = false
      idle.replace([...warmUp.slices(), ...parts.waiting()])
    }
    for (const resolve of waiters.splice(0)) resolve()
  }

  const onLost = () => {
    isLost = true
    isHeld = false
    cancelAnimationFrame(frame)
    clearTimeout(sharpen)
    sharpen = undefined
    frame = 0
    options.onLost?.()
  }
  const onRestored = () => {
    isLost = false
    // A render target has no copy in memory: without a new bake everything would turn black.
    studio.dispose()
    studio = bakeStudio(renderer)
    finishes.setEnvironment(studio.texture)
    warmUp.forget()
    renderer.shadowMap.needsUpdate = true
    wake()
    options.onRestored?.()
  }
  canvas.addEventListener('webglcontextlost', onLost)
  canvas.addEventListener('webglcontextrestored', onRestored)

  return {
    show(what, { animate = true } = {}) {
      const isFirst = wanted === null
      wanted = fridgeSpec(what)
      isStale = true
      if (isFirst || !animate) mustJump = true
      if (isFirst) measure()
      aim(isFirst || !animate)
      wake()
    },
    focus(next) {
      area = next ?? 'whole'
      rig.recentre()
      aim(false)
      wake()
    },
    open(amount) {
      openGoal = amount
      aim(false)
      wake()
    },
    reveal(finished) {
      done = finished
      isStale = true
      wake()
    },
    turnBy(yaw, pitch) {
      rig.turnBy(yaw, pitch)
      isHandled = true
      wake()
    },
    zoomBy(factor) {
      rig.zoomBy(factor)
      isHandled = true
      wake()
    },
    dimensions(on) {
      showsDimensions = on
      isStale = true
      wake()
    },
    async still(size) {
      await this.settled()
      if (isLost || !wanted) throw new Error('A still needs a shown appliance and a working WebGL context.')
      const view = viewOf(wanted, area, openGoal > 0)
      const eye = new PerspectiveCamera(LENS_DEGREES, size.width / size.height, 0.5, 40)
      placeCamera(eye, poseOf({ ...view, yaw: rig.now.yaw, pitch: rig.now.pitch }, eye.aspect))
      return drawStill(renderer, scene, eye, light, size, () => {
        fit(pace.ratio(false))
        paint()
      })
    },
    resize() {
      measure()
      aim(true)
      wake()
    },
    settled: () =>
      new Promise((resolve) => {
        waiters.push(resolve)
        if (frame === 0) rest()
      }),
    stats() {
      const { memory, programs } = renderer.info
      return {
        ...lastDrawn,
        programs: programs?.length ?? 0,
        geometries: memory.geometries,
        textures: memory.textures,
        textureBytes: Math.round(
          (6 * STUDIO_SIZE ** 2 * 8 * 4) / 3 +
            SHADOW_SIZE ** 2 * 4 +
            finishes.textureBytes() +
            overlay.textureBytes(),
        ),
        framesDrawn,
      }
    },
    dispose() {
      cancelAnimationFrame(frame)
      clearTimeout(sharpen)
      isLost = true
      canvas.removeEventListener('webglcontextlost', onLost)
      canvas.removeEventListener('webglcontextrestored', onRestored)
      idle.dispose()
      parts.dispose()
      floor.dispose()
      overlay.dispose()
      finishes.dispose()
      light.dispose()
      studio.dispose()
      renderer.dispose()
      for (const resolve of waiters.splice(0)) resolve()
    },
  }
}

/** Zinc-coated sheet before it is painted, sRGB. */
const BARE_METAL = '#a9adb0'
