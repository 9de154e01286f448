/**
 * Materials and textures, shared and counted. Everything solid is one material fed by per-vertex figures (one shader,
 * one draw call per part); every panel finish is one material per colour, but one shader per kind.
 */
import {
  CanvasTexture,
  Color,
  MeshBasicMaterial,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  RepeatWrapping,
  Vector2,
  type Material,
  type Texture,
} from 'three'
import { DISPLAY_SIZE, displayAtlas } from './displays.ts'
import { createEngraving, type Engraving } from './engraving.ts'
import { seeded } from './groceries.ts'
import type { FinishKind } from './layouts.ts'
import { cropOf, layPrint, printTexture, type PrintedPicture } from './print.ts'

/** The materials of one stage. */
export interface Finishes {
  solid: Material
  inside: Material
  clear: Material
  /** Walls, floor and furniture around the appliance. */
  room: Material
  /** Screens and labels; its picture is drawn on first use. */
  display(): Material
  /** The panel of a finish in a colour (sRGB hex); `bare` is sheet metal before paint. */
  panel(finish: FinishKind | 'bare', colour: string): MeshPhysicalMaterial
  /** The plate with the shopper's words. */
  engraved(): Material
  /** Puts words on the plate; a typeface that arrives later calls `onChange`. */
  write(words: string, onChange: () => void): void
  /** The panel with a picture laid over the whole front, an area in metres by its lower left corner. */
  printed(picture: PrintedPicture, area: { x: number; y: number; w: number; h: number }): Material
  /** Colours everything that takes the cabinet's grey (sRGB hex). */
  setTone(colour: string): void
  setEnvironment(texture: Texture): void
  textureBytes(): number
  dispose(): void
}

const STREAKS = { width: 128, height: 512 }

/** Makes the materials. Textures are made when first needed. */
export function createFinishes(): Finishes {
  const tone = { value: new Color('#8d9094') }
  const solid = solidMaterial(tone)
  const inside = solidMaterial(tone)
  inside.envMapIntensity = 0.62
  const room = solidMaterial(tone)
  room.envMapIntensity = 0.9
  const clear = new MeshStandardMaterial({
    name: 'clear',
    vertexColors: true,
    roughness: 0.1,
    transparent: true,
    opacity: 0.2,
    depthWrite: false,
    dithering: true,
  })
  clear.envMapIntensity = 0.9
  const panels = new Map<string, MeshPhysicalMaterial>()
  let display: MeshBasicMaterial | undefined
  let streaks: { normal: CanvasTexture; roughness: CanvasTexture } | undefined
  let environment: Texture | null = null
  let engraving: Engraving | undefined
  let plate: MeshPhysicalMaterial | undefined
  let print: MeshPhysicalMaterial | undefined
  let printed: ImageBitmap | undefined
  const everyOne = () => [
    solid,
    inside,
    clear,
    room,
    ...panels.values(),
    ...(plate ? [plate] : []),
    ...(print ? [print] : []),
  ]

  return {
    solid,
    inside,
    clear,
    room,
    display() {
      display ??= new MeshBasicMaterial({ name: 'display', map: displayAtlas() })
      return display
    },
    panel(finish, colour) {
      const key = `${finish} ${colour}`
      let material = panels.get(key)
      if (!material) {
        if (finish === 'steel') streaks ??= brushedMaps()
        material = panelMaterial(finish, colour, streaks)
        material.envMap = environment
        panels.set(key, material)
      }
      return material
    },
    engraved() {
      engraving ??= createEngraving()
      plate ??= pictureMaterial('engraved', engraving.texture, environment)
      return plate
    },
    write(words, onChange) {
      engraving ??= createEngraving()
      engraving.write(words, onChange)
    },
    printed(picture, area) {
      if (printed !== picture.image) {
        print?.map?.dispose()
        printed = picture.image
        const texture = printTexture(printed)
        if (print) print.map = texture
        else print = pictureMaterial('print', texture, environment)
      }
      layPrint(print!.map!, cropOf(printed, area, picture), area)
      return print!
    },
    setTone(colour) {
      tone.value.set(colour)
    },
    setEnvironment(texture) {
      environment = texture
      for (const material of everyOne()) material.envMap = texture
    },
    textureBytes() {
      const withMips = (w: number, h: number) => (w * h * 4 * 4) / 3
      return (
        (streaks ? 2 * withMips(STREAKS.width, STREAKS.height) : 0) +
        (display ? withMips(DISPLAY_SIZE, DISPLAY_SIZE) : 0) +
        (engraving?.textureBytes() ?? 0) +
        (print?.map ? withMips(...sizeOf(print.map as CanvasTexture)) : 0)
      )
    },
    dispose() {
      for (const material of everyOne()) material.dispose()
      engraving?.dispose()
      print?.map?.dispose()
      display?.map?.dispose()
      display?.dispose()
      streaks?.normal.dispose()
      streaks?.roughness.dispose()
    },
  }
}

const sizeOf = ({ image }: CanvasTexture): [number, number] => {
  const { width, height } = image
  return [width, height]
}

/** A picture on metal or under a clear coat: one shader for both. */
function pictureMaterial(
  name: 'engraved' | 'print',
  map: CanvasTexture,
  environment: Texture | null,
): MeshPhysicalMaterial {
  const looks = {
    engraved: { roughness: 0.42, metalness: 0.85, clearcoat: 0.02, clearcoatRoughness: 0.5 },
    print: { roughness: 0.42, metalness: 0, clearcoat: 1, clearcoatRoughness: 0.02 },
  }
  return new MeshPhysicalMaterial({
    name,
    map,
    envMap: environment,
    vertexColors: true,
    dithering: true,
    ...looks[name],
  })
}

/** One physically based material whose roughness, metalness, glow and tone come from the vertices. */
function solidMaterial(tone: { value: Color }): MeshStandardMaterial {
  const material = new MeshStandardMaterial({ name: 'solid', vertexColors: true, dithering: true })
  material.onBeforeCompile = (shader) => {
    shader.uniforms['tone'] = tone
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', '#include <common>\nattribute vec4 surface;\nvarying vec4 vSurface;')
      .replace('#include <begin_vertex>', '#include <begin_vertex>\nvSurface = surface;')
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', '#include <common>\nvarying vec4 vSurface;\nuniform vec3 tone;')
      .replace(
        '#include <color_fragment>',
        '#include <color_fragment>\ndiffuseColor.rgb *= mix(vec3(1.0), tone, vSurface.w);',
      )
      .replace('#include <roughnessmap_fragment>', 'float roughnessFactor = vSurface.x;')
      .replace('#include <metalnessmap_fragment>', 'float metalnessFactor = vSurface.y;')
      .replace(
        '#include <emissivemap_fragment>',
        'totalEmissiveRadiance += diffuseColor.rgb * vSurface.z * 1.7;',
      )
  }
  material.customProgramCacheKey = () => 'solid'
  return material
}

function panelMaterial(
  finish: FinishKind | 'bare',
  colour: string,
  streaks: { normal: CanvasTexture; roughness: CanvasTexture } | undefined,
): MeshPhysicalMaterial {
  const m = new MeshPhysicalMaterial({ name: `panel-${finish}`, vertexColors: true, dithering: true })
  m.color.set(colour)
  if (finish === 'steel' && streaks) {
    m.metalness = 1
    m.roughness = 0.38
    m.roughnessMap = streaks.roughness
    m.metalnessMap = streaks.roughness
    m.normalMap = streaks.normal
    m.normalScale = new Vector2(0.22, 0.22)
    m.anisotropy = 0.6
    return m
  }
  // A clear coat on all of them, however thin, so that they share one shader.
  const looks = {
    lacquer: { roughness: 0.55, metalness: 0, clearcoat: 0.6, clearcoatRoughness: 0.3 },
    glass: { roughness: 0.42, metalness: 0, clearcoat: 1, clearcoatRoughness: 0.02 },
    wood_ready: { roughness: 0.82, metalness: 0, clearcoat: 0.02, clearcoatRoughness: 0.6 },
    bare: { roughness: 0.46, metalness: 0.85, clearcoat: 0.02, clearcoatRoughness: 0.5 },
    steel: {},
  }
  m.setValues(looks[finish])
  return m
}

/**
 * Brushed metal, streaks along x: normals and roughness from one seeded height field. On canvases, not data
 * textures, because model exporters draw images.
 */
function brushedMaps(): { normal: CanvasTexture; roughness: CanvasTexture } {
  const { width: w, height: h } = STREAKS
  const random = seeded(42)
  const line = Float32Array.from({ length: h }, random)
  const field = new Float32Array(w * h)
  for (let y = 0; y < h; y++) {
    let level = random()
    for (let x = 0; x < w; x++) {
      level += (random() - 0.5) * 0.35
      level += (line[y]! - level) * 0.25
      field[y * w + x] = level
    }
    // The last texels run into the first, so the streak has no seam.
    for (let x = 0; x < 16; x++) {
      const t = x / 16
      field[y * w + x] = field[y * w + x]! * t + field[y * w + ((x + w - 16) % w)]! * (1 - t)
    }
  }
  const normals = new Uint8ClampedArray(w * h * 4)
  const roughness = new Uint8ClampedArray(w * h * 4)
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const slope = (field[((y + 1) % h) * w + x]! - field[((y + h - 1) % h) * w + x]!) * 0.5
      normals.set([128, 128 + slope * 90, 255, 255], (y * w + x) * 4)
      roughness.set([255, 205 + (field[y * w + x]! - 0.5) * 90, 255, 255], (y * w + x) * 4)
    }
  const texture = (pixels: Uint8ClampedArray<ArrayBuffer>) => {
    const canvas = document.createElement('canvas')
    canvas.width = w
    canvas.height = h
    canvas.getContext('2d')!.putImageData(new ImageData(pixels, w, h), 0, 0)
    const t = new CanvasTexture(canvas)
    t.wrapS = RepeatWrapping
    t.wrapT = RepeatWrapping
    t.anisotropy = 8
    t.repeat.set(1 / 0.5, 1 / 0.16)
    return t
  }
  return { normal: texture(normals), roughness: texture(roughness) }
}
