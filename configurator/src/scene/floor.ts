/**
 * The floor's contact shadow in one quad: the closed-form integral of a blurred rectangle (error function) at three
 * widths. No render target, no blur pass.
 */
import { Mesh, PlaneGeometry, ShaderMaterial, Vector2 } from 'three'

const VERTEX = `varying vec2 q;
void main(){ vec4 w = modelMatrix * vec4(position, 1.0); q = w.xz; gl_Position = projectionMatrix * viewMatrix * w; }`
const FRAGMENT = `varying vec2 q; uniform vec2 size; uniform float spread;
vec2 erf2(vec2 x){
  vec2 s = sign(x), a = abs(x);
  x = 1.0 + (0.278393 + (0.230389 + 0.078108 * (a * a)) * a) * a;
  x *= x;
  return s - s / (x * x);
}
float blurred(vec2 p, vec2 half_, float sigma){
  vec2 r = 0.5 * (erf2((p + half_) / sigma * 0.7071) - erf2((p - half_) / sigma * 0.7071));
  return r.x * r.y;
}
void main(){
  float tight = blurred(q, size * 0.5 - 0.014, 0.018);
  float mid = blurred(q - vec2(0.025, 0.0), size * 0.5, 0.09);
  float wide = blurred(q - vec2(0.06, 0.04), size * 0.5 + vec2(0.0, spread), 0.36);
  float a = 0.6 * tight + 0.42 * mid * (1.0 - 0.5 * tight) + 0.4 * wide * (1.0 - 0.5 * mid);
  gl_FragColor = vec4(0.03, 0.032, 0.04, clamp(a, 0.0, 0.95) * 0.82);
}`

/** A floor that darkens under an appliance. */
export interface Floor {
  mesh: Mesh
  /** Fits the shadow to a footprint in metres; `spread` widens its soft part for open doors. */
  fit(width: number, depth: number, spread: number): void
  dispose(): void
}

/** Makes the floor. It writes no depth and is drawn before everything else. */
export function createFloor(): Floor {
  const size = new Vector2(1, 1)
  const spread = { value: 0 }
  const material = new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    toneMapped: false,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms: { size: { value: size }, spread },
  })
  const geometry = new PlaneGeometry(1, 1)
  const mesh = new Mesh(geometry, material)
  mesh.name = 'floor'
  mesh.rotation.x = -Math.PI / 2
  mesh.position.y = 0.0004
  mesh.renderOrder = -1
  return {
    mesh,
    fit(width, depth, open) {
      size.set(width, depth)
      spread.value = open
      mesh.scale.set(width + 4.4, depth + 4, 1)
    },
    dispose() {
      geometry.dispose()
      material.dispose()
    },
  }
}
