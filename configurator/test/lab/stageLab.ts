/**
 * A page with nothing but the stage on it, to look at and to measure. Open it with `?still` for doors and camera that
 * jump; everything else is done through `lab` from the console or from a test.
 */
import { drawAppliance } from '../../src/scene/drawings.ts'
import type { Appliance, BuildStage } from '../../src/scene/appliance.ts'
import { modelOf } from '../../src/scene/families.ts'
import type { ModelFormat, Stage } from '../../src/scene/stage.ts'

const { createStage, stagesAreGone } = await import('../../src/scene/stage.ts')
const canvas = document.querySelector('canvas')!
const events: string[] = []
let shown: Appliance = { family: 'fridge', choices: {} }
const made = createStage(canvas, {
  pixelRatio: devicePixelRatio,
  reducedMotion: location.search === '?still',
  onLost: () => events.push('lost'),
  onRestored: () => events.push('restored'),
})
const stage = made as Stage
const context = () => canvas.getContext('webgl2')!
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** Draws one point with a very long loop behind it. */
function toil(gl: WebGL2RenderingContext): void {
  const program = gl.createProgram()
  for (const [type, text] of [
    [gl.VERTEX_SHADER, 'void main() { gl_Position = vec4(0, 0, 0, 1); gl_PointSize = 1.0; }'],
    [
      gl.FRAGMENT_SHADER,
      `precision highp float; uniform float start; out vec4 colour;
      void main() { float x = start; for (int k = 0; k < 300000; k++) x = sin(x + 1.0); colour = vec4(x); }`,
    ],
  ] as const) {
    const shader = gl.createShader(type)!
    gl.shaderSource(shader, `#version 300 es\n${text}`)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  gl.useProgram(program)
  gl.drawArrays(gl.POINTS, 0, 1)
}

const lab = {
  stage,
  events,
  unavailable: 'unavailable' in made ? made.unavailable : null,
  /** Shows a fridge and waits until it stands still. */
  async show(choices: Appliance['choices'], done?: BuildStage[], family: Appliance['family'] = 'fridge') {
    stage.reveal(done ? new Set(done) : null)
    shown = { family, choices }
    stage.show(shown)
    await stage.settled()
    return stage.stats()
  },
  /** Prints a drawn landscape across the fronts, or takes it off. */
  async print(on: boolean) {
    const canvas = new OffscreenCanvas(900, 1400)
    const g = canvas.getContext('2d')!
    ;['#e8cfae', '#d98f6a', '#8a5363', '#463a55'].forEach((colour, k) => {
      g.fillStyle = colour
      g.fillRect(0, k * 330 + (k ? 120 : 0), 900, 1400)
    })
    g.fillStyle = '#f6ead2'
    g.arc(610, 330, 150, 0, 7)
    g.fill()
    stage.print(on ? { image: await createImageBitmap(canvas), x: 0.5, y: 0.5, zoom: 1 } : null)
    await stage.settled()
  },
  /** A hash of the pixels on the canvas, read in the task that draws them. */
  async hash() {
    stage.turnBy(0, 0)
    await stage.settled()
    const pixels = await new Promise<Uint8Array>((resolve) => {
      stage.turnBy(0, 0)
      // Runs after the stage's own callback of the same frame, before the picture is handed over.
      requestAnimationFrame(() => {
        const gl = context()
        const data = new Uint8Array(gl.drawingBufferWidth * gl.drawingBufferHeight * 4)
        gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, data)
        resolve(data)
      })
    })
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', pixels as Uint8Array<ArrayBuffer>))
    const mean = pixels.reduce((sum, v) => sum + v, 0) / pixels.length
    return { hash: [...digest].map((v) => v.toString(16).padStart(2, '0')).join(''), mean }
  },
  /** Takes the GPU's memory away and gives it back. */
  async loseContext() {
    const loser = context().getExtension('WEBGL_lose_context')!
    const until = async (event: string) => {
      while (events.at(-1) !== event) await nextFrame()
    }
    loser.loseContext()
    await until('lost')
    loser.restoreContext()
    await until('restored')
    await stage.settled()
  },
  /**
   * Leaves the stage while the GPU has long work before it, and waits until its context is given back.
   * @returns how the GPU was when it was given back, and how the context is when the next stage may begin
   */
  async leave() {
    const gl = context()
    toil(gl)
    const work = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)!
    gl.flush()
    const loser = gl.getExtension('WEBGL_lose_context')!
    const lose = loser.loseContext.bind(loser)
    const seen: string[] = []
    loser.loseContext = () => {
      seen.push(gl.getSyncParameter(work, gl.SYNC_STATUS) === gl.SIGNALED ? 'done' : 'at work')
      lose()
    }
    stage.dispose()
    await stagesAreGone()
    return [...seen, gl.isContextLost() ? 'gone' : 'there']
  },
  /** Lets idle work run dry: frames pass until the stage's figures have not moved for a while. */
  async idle() {
    let [before, calm] = ['', 0]
    while (calm < 40) {
      await nextFrame()
      const { programs, geometries, textures } = stage.stats()
      const now = JSON.stringify([programs, geometries, textures])
      calm = now === before ? calm + 1 : 0
      before = now
    }
  },
  /** How many frames the stage draws while the given number of the browser's own pass. */
  async framesDuring(frames: number) {
    const before = stage.stats().framesDrawn
    for (let k = 0; k < frames; k++) await nextFrame()
    return stage.stats().framesDrawn - before
  },
  /** Size, type and two alpha values of a still: a corner and the middle. */
  async still(width: number, height: number) {
    const blob = await stage.still({ width, height, samples: 3 })
    const image = await createImageBitmap(blob)
    const copy = new OffscreenCanvas(image.width, image.height).getContext('2d')!
    copy.drawImage(image, 0, 0)
    const alpha = (x: number, y: number) => copy.getImageData(x, y, 1, 1).data[3]
    return {
      type: blob.type,
      width: image.width,
      height: image.height,
      corner: alpha(2, 2),
      middle: alpha(width / 2, height / 2),
    }
  },
  /** Width, height and depth that were ordered, metres. */
  size: () => modelOf(shown).size,
  /** The file of what stands there, as base64. */
  async model(format: ModelFormat) {
    const blob = await stage.model(format)
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader()
      reader.addEventListener('load', () => resolve(reader.result as string))
      reader.readAsDataURL(blob)
    })
    return { type: blob.type, base64: url.slice(url.indexOf(',') + 1) }
  },
  /** What the browser's XML parser finds wrong with a drawing; null when nothing. */
  drawingError(choices: Appliance['choices'], family: Appliance['family'] = 'fridge') {
    const text = drawAppliance({ family, choices })
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
    return parsed.querySelector('parsererror')?.textContent ?? null
  },
}
Object.assign(globalThis, { lab })
