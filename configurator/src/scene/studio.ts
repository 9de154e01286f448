/**
 * A photo studio as an environment map, without a download: a gradient shell and soft-edged cards whose colour is
 * their radiance. Baked once per context.
 */
import {
  AdditiveBlending,
  BackSide,
  Color,
  DirectionalLight,
  DoubleSide,
  Mesh,
  PlaneGeometry,
  PMREMGenerator,
  Scene,
  ShaderMaterial,
  SphereGeometry,
  type WebGLRenderer,
  type WebGLRenderTarget,
} from 'three'

interface Card {
  /** Degrees round the appliance, 0 = in front of it, and above the horizon. */
  azimuth: number
  elevation: number
  distance: number
  size: readonly [number, number]
  power: number
  roll?: number
  soft: readonly [number, number]
  tint?: string
}

const CARDS: readonly Card[] = [
  // Overhead bank.
  { azimuth: 0, elevation: 82, distance: 6, size: [6.5, 5], power: 4.4, soft: [0.35, 0.35] },
  // Tall strips that the doors reflect in a three-quarter view from the right and from the left: narrow enough that
  // a door shows where their light begins and ends.
  {
    azimuth: -29.5,
    elevation: 12,
    distance: 8,
    size: [0.9, 7.5],
    power: 5.4,
    roll: -6,
    soft: [0.42, 0.12],
    tint: '#fffaf3',
  },
  {
    azimuth: 29.5,
    elevation: 12,
    distance: 8,
    size: [0.9, 7.5],
    power: 5.4,
    roll: 6,
    soft: [0.42, 0.12],
    tint: '#fbfaff',
  },
  // Key and fill.
  { azimuth: -78, elevation: 14, distance: 7, size: [3, 6], power: 7, soft: [0.4, 0.2], tint: '#fffaf2' },
  { azimuth: 84, elevation: 12, distance: 7, size: [2.2, 6], power: 6, soft: [0.5, 0.2] },
  // What the side walls reflect.
  { azimuth: 146, elevation: 10, distance: 8, size: [2.2, 6.5], power: 5.5, roll: 9, soft: [0.5, 0.15] },
  { azimuth: -146, elevation: 10, distance: 8, size: [2.2, 6.5], power: 5.5, roll: -9, soft: [0.5, 0.15] },
]

/** Edge of one face of the environment cube, in texels. */
export const STUDIO_SIZE = 256

const VERTEX = `varying vec2 q; varying vec3 d;
void main(){ q = uv * 2.0 - 1.0; d = position; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`
const SHELL = `varying vec3 d;
void main(){
  vec3 n = normalize(d);
  vec3 c = mix(vec3(0.33, 0.332, 0.34), vec3(0.17, 0.173, 0.18), smoothstep(0.0, 0.75, n.y));
  c = mix(c, vec3(0.6, 0.592, 0.58), smoothstep(0.0, -0.35, n.y));
  c *= 0.82 + 0.32 * smoothstep(-0.6, 1.0, -n.z);
  gl_FragColor = vec4(c, 1.0);
}`
const CARD = `varying vec2 q; uniform vec3 radiance; uniform vec2 soft;
void main(){ vec2 e = smoothstep(vec2(1.0), vec2(1.0) - 2.0 * soft, abs(q)); gl_FragColor = vec4(radiance * e.x * e.y, 1.0); }`

/** Bakes the studio; the caller owns the target and disposes it. Costs a few dozen small passes. */
export function bakeStudio(renderer: WebGLRenderer): WebGLRenderTarget {
  const scene = new Scene()
  const waste: { dispose(): void }[] = []
  const sphere = new SphereGeometry(14, 48, 32)
  const shell = new ShaderMaterial({
    side: BackSide,
    depthWrite: false,
    vertexShader: VERTEX,
    fragmentShader: SHELL,
  })
  scene.add(new Mesh(sphere, shell))
  const plane = new PlaneGeometry(1, 1)
  waste.push(sphere, shell, plane)
  for (const card of CARDS) {
    const material = new ShaderMaterial({
      side: DoubleSide,
      transparent: true,
      depthWrite: false,
      blending: AdditiveBlending,
      vertexShader: VERTEX,
      fragmentShader: CARD,
      uniforms: {
        radiance: { value: new Color(card.tint ?? '#ffffff').multiplyScalar(card.power) },
        soft: { value: [...card.soft] },
      },
    })
    const [azimuth, elevation] = [(card.azimuth * Math.PI) / 180, (card.elevation * Math.PI) / 180]
    const height = Math.sin(elevation) * card.distance + 0.3
    const out = Math.cos(elevation) * card.distance
    const mesh = new Mesh(plane, material)
    mesh.position.set(Math.sin(azimuth) * out, height, Math.cos(azimuth) * out)
    mesh.scale.set(card.size[0], card.size[1], 1)
    mesh.lookAt(0, card.elevation > 60 ? 0 : height, 0)
    mesh.rotateZ(((card.roll ?? 0) * Math.PI) / 180)
    scene.add(mesh)
    waste.push(material)
  }
  const generator = new PMREMGenerator(renderer)
  const target = generator.fromScene(scene, 0, 0.1, 40, { size: STUDIO_SIZE })
  generator.dispose()
  for (const thing of waste) thing.dispose()
  return target
}

/** Edge of the shadow map in texels. */
export const SHADOW_SIZE = 1024

/** Makes the one light that throws shadows: high, to the left, in front. */
export function keyLight(): DirectionalLight {
  const light = new DirectionalLight('#fffbf5', 1.75)
  light.position.set(-2.4, 3.9, 4.4)
  light.target.position.set(0, 0.9, 0)
  light.castShadow = true
  light.shadow.mapSize.set(SHADOW_SIZE, SHADOW_SIZE)
  light.shadow.normalBias = 0.012
  light.shadow.bias = -0.0004
  light.shadow.radius = 3
  const { camera } = light.shadow
  Object.assign(camera, { left: -1.5, right: 1.5, top: 1.6, bottom: -1.6, near: 1, far: 11 })
  return light
}

/** Lets the light throw shadows over the appliance alone, finely, or over a room. */
export function reachOf({ shadow }: DirectionalLight, isInRoom: boolean): void {
  const reach = isInRoom ? 2.9 : 1.5
  if (shadow.camera.right === reach) return
  Object.assign(shadow.camera, {
    left: -reach,
    right: reach,
    top: isInRoom ? 2.4 : 1.6,
    bottom: -reach - 0.1,
  })
  shadow.camera.updateProjectionMatrix()
}
