/** The door: names what is public, nothing else. */
export { derive, designHash } from './derive.ts'
export type * from './derive.ts'
export * from './dialogue.ts'
export * from './lifecycle.ts'
export * from './line.ts'
export type * from './model.ts'
export { openAnyProduct } from './openAnyProduct.ts'
export { openProduct } from './openProduct.ts'
// a problem of a request (RFC 9457); the model's namesake is one of a rule file
export { Problem } from './order.ts'
export * from './order.ts'
export type * from './product.ts'
export * from './textOptions.ts'
