import 'react'

declare module 'react' {
  interface CSSProperties {
    /** Custom properties hand figures to the style sheet. */
    [property: `--${string}`]: string | number
  }
}
