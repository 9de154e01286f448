/**
 * The stage owns the GPU: it shows an appliance, moves camera and doors, and draws only when something changed. The
 * page loads this file lazily; nothing here knows the page.
 */
import { NeutralToneMapping, PCFShadowMap, PerspectiveCamera, WebGLRenderer } from 'three'
import type { Appliance, BuildStage, FocusArea } from './appliance.ts'
import { createRig, LENS_DEGREES, lifted, placeCamera, poseOf } from './camera.ts'
import { createEase } from './ease.ts'
import { createIdleQueue } from './idle.ts'
import { createLoop } from './loop.ts'
import { modelOf } from './families.ts'
import { apartView } from './model.ts'
import type { WriteLength } from './overlay.ts'
import type { PrintedPicture } from './print.ts'
import { planRoom, roomView } from './room.ts'
import { createSetting, type Wish } from './setting.ts'
import { drawStill, type StillSize } from './still.ts'
import type { ModelFormat } from './takeaway.ts'
import { createWarmUp } from './warmUp.ts'

export type { Appliance, BuildStage, FocusArea } from './appliance.ts'
export type { PrintedPicture } from './print.ts'
export type { ModelFormat } from './takeaway.ts'

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
  /** Takes everything apart along its normals (1) or puts it together (0). */
  explode(amount: 0 | 1): void
  /** Stands it in a kitchen of its size, or alone in the studio. */
  kitchen(on: boolean): void
  /** Prints a picture across all fronts; null prints none. The stage never closes the image. */
  print(picture: PrintedPicture | null): void
  /** Shows only what stations have finished, the rest as an outline; null shows the finished appliance. */
  reveal(done: ReadonlySet<BuildStage> | null): void
  /** Turns by radians, at once: for dragging and arrow keys. */
  turnBy(yaw: number, pitch: number): void
  /** Comes closer by a factor above 1, backs off below it, at once. */
  zoomBy(factor: number): void
  /** Shows width, height and depth; `write` puts millimetres into the shopper's words. */
  dimensions(on: boolean, write?: WriteLength): void
  /** Draws an averaged still with a transparent background (PNG). */
  still(size: StillSize): Promise<Blob>
  /** Makes a file of the finished appliance for other programs, open or shut as it stands here. */
  model(format: ModelFormat): Promise<Blob>
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

  const camera = new PerspectiveCamera(LENS_DEGREES, 1, 0.5, 40)
  const setting = createSetting(renderer)
  const rig = createRig()
  const idle = createIdleQueue()
  const warmUp = createWarmUp(renderer, camera, setting.scene, setting.finishes)
  const doors = createEase()
  const apart = createEase()

  let wish: Wish | null = null
  let around: Omit<Wish, 'model'> = { done: null, picture: null, dimensions: null, isInRoom: false }
  let isStale = false
  /** The outside has changed and nobody has seen it yet. */
  let isNews = false
  let hasIdleWork = false
  let area: FocusArea = 'whole'
  let isLost = false
  let lastDrawn = { drawCalls: 0, triangles: 0 }

  const change = (next: Partial<Omit<Wish, 'model'>>, model = wish?.model) => {
    around = { ...around, ...next }
    if (model) wish = { ...around, model }
    isStale = true
    loop.wake()
  }
  const view = ({ model, isInRoom }: Wish) => {
    const isOpen = doors.goal > 0
    const rests = area === 'whole' || area === 'front'
    if (isInRoom && rests && apart.goal === 0) return roomView(model, isOpen)
    const near = apart.goal > 0 ? apartView(model) : model.view(area, isOpen)
    return isInRoom ? lifted(near, planRoom(model).lift) : near
  }
  const aim = (jump: boolean) => {
    if (wish) rig.aim(poseOf(view(wish), camera.aspect), jump || options.reducedMotion)
  }
  const showsInside = () => doors.goal + doors.now + apart.goal + apart.now > 0

  const update = (now: Wish) => {
    if (!isStale) return
    isStale = false
    if (setting.take(now, () => change({}))) isNews = true
    setting.move(doors.now, apart.now)
    // What waits for idle time must not get in the way of this picture.
    idle.replace([])
    hasIdleWork = true
  }
  /** Draws insides that are about to be seen; true while some are missing. A changed outside is seen before that. */
  const fillInside = (): boolean => {
    if (!showsInside()) return false
    const until = performance.now() + SLICE_MS
    for (const slice of setting.waiting()) {
      const isTime = performance.now() >= until || (isNews && setting.hasStandIns())
      if (isTime && !loop.isJumping) return true
      slice()
      renderer.shadowMap.needsUpdate = true
    }
    return false
  }

  let size: readonly [number, number] = [1, 1]
  const measure = () => {
    size = [Math.max(1, canvas.clientWidth), Math.max(1, canvas.clientHeight)]
    camera.aspect = size[0] / size[1]
    setting.scaleTo(size[1], LENS_DEGREES)
  }
  /** Gives the drawing buffer its size, just before it is drawn: a resized canvas is empty until then. */
  const fit = (ratio: number) => {
    const [w, h] = size
    if (renderer.getPixelRatio() !== ratio) renderer.setPixelRatio(ratio)
    if (canvas.width !== Math.floor(w * ratio) || canvas.height !== Math.floor(h * ratio))
      renderer.setSize(w, h, false)
  }
  const paint = (ratio: number) => {
    fit(ratio)
    placeCamera(camera, rig.now)
    renderer.render(setting.scene, camera)
    isNews = false
    const { calls, triangles } = renderer.info.render
    lastDrawn = { drawCalls: calls, triangles }
  }

  const loop = createLoop(options.pixelRatio, {
    prepare() {
      if (!wish) return 'rest'
      update(wish)
      const needed = setting.shaders(showsInside())
      // The old picture stays while shaders compile.
      if (!warmUp.isReady(needed)) return warmUp.prepare(needed)
      if (!fillInside()) return 'go'
      // What is changed shows at once; insides of before stand in for those that are not drawn yet.
      return setting.hasStandIns() ? 'more' : 'again'
    },
    step(seconds, jump) {
      const eases = [doors, apart].map((ease) => ease.step(seconds, jump || options.reducedMotion))
      if (eases.some(({ moved }) => moved)) setting.move(doors.now, apart.now)
      const cameraMoves = rig.step(seconds)
      return cameraMoves || eases.some(({ more }) => more)
    },
    paint,
    onRest() {
      if (!hasIdleWork) return
      hasIdleWork = false
      idle.replace([...warmUp.slices(), ...setting.waiting()])
    },
  })

  const onLost = () => {
    isLost = true
    loop.pause()
    options.onLost?.()
  }
  const onRestored = () => {
    isLost = false
    setting.renew()
    warmUp.forget()
    loop.resume()
    options.onRestored?.()
  }
  canvas.addEventListener('webglcontextlost', onLost)
  canvas.addEventListener('webglcontextrestored', onRestored)

  return {
    show(what, { animate = true } = {}) {
      const mustJump = wish === null || !animate
      if (mustJump) loop.jump()
      if (wish === null) measure()
      change({}, modelOf(what))
      aim(mustJump)
    },
    focus(next) {
      area = next ?? 'whole'
      rig.recentre()
      aim(false)
      loop.wake()
    },
    open(amount) {
      doors.aim(amount)
      aim(false)
      loop.wake()
    },
    explode(amount) {
      apart.aim(amount)
      rig.recentre()
      aim(false)
      loop.wake()
    },
    kitchen(on) {
      change({ isInRoom: on })
      aim(false)
    },
    print: (picture) => change({ picture }),
    reveal: (done) => change({ done }),
    turnBy(yaw, pitch) {
      rig.turnBy(yaw, pitch)
      loop.wakeByHand()
    },
    zoomBy(factor) {
      rig.zoomBy(factor)
      loop.wakeByHand()
    },
    dimensions: (on, write = (mm) => `${mm} mm`) => change({ dimensions: on ? write : null }),
    async still(size) {
      await loop.settled()
      if (isLost || !wish) throw new Error('A still needs a shown appliance and a working WebGL context.')
      const eye = new PerspectiveCamera(LENS_DEGREES, size.width / size.height, 0.5, 40)
      placeCamera(eye, poseOf({ ...view(wish), yaw: rig.now.yaw, pitch: rig.now.pitch }, eye.aspect))
      return drawStill(renderer, setting.scene, eye, setting.light, size, () => paint(loop.restingRatio))
    },
    async model(format) {
      await loop.settled()
      if (!wish) throw new Error('A model needs a shown appliance.')
      const whole = { ...wish, done: null }
      const { takeModel } = await import('./takeaway.ts')
      return takeModel(whole.model, setting.materialFor(whole), { format, isOpen: doors.goal > 0 })
    },
    resize() {
      measure()
      aim(true)
      loop.wake()
    },
    settled: () => loop.settled(),
    stats() {
      const { memory, programs } = renderer.info
      return {
        ...lastDrawn,
        programs: programs?.length ?? 0,
        geometries: memory.geometries,
        textures: memory.textures,
        textureBytes: setting.textureBytes(),
        framesDrawn: loop.framesDrawn,
      }
    },
    dispose() {
      isLost = true
      loop.dispose()
      canvas.removeEventListener('webglcontextlost', onLost)
      canvas.removeEventListener('webglcontextrestored', onRestored)
      idle.dispose()
      setting.dispose()
      renderer.dispose()
      // what the renderer keeps for itself would stay on the GPU until somebody collects the canvas
      const done = caughtUp(renderer.getContext() as WebGL2RenderingContext)
      leaving = Promise.all([leaving, done.then(() => renderer.forceContextLoss())]).then(() => {})
    },
  }
}

let leaving: Promise<void> = Promise.resolve()

/** Resolves when the stages of before have given the GPU back: beginning another one earlier stops the page until they have. */
export const stagesAreGone = (): Promise<void> => leaving

/** How often a GPU that is still at work is asked again. */
const ASK_MS = 100

/**
 * Resolves when the GPU has done all it was told. To give a context back before waits for that on the page's own thread: whoever
 * leaves the picture while shaders are still compiled would stand before a page that does nothing.
 */
async function caughtUp(gl: WebGL2RenderingContext): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
  gl.flush()
  // a context that is lost meanwhile has no fences any more
  while (fence && !gl.isContextLost() && gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.UNSIGNALED)
    await new Promise((resolve) => setTimeout(resolve, ASK_MS))
}
