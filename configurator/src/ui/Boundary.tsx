import { Component } from 'react'
import type { ReactNode } from 'react'

/** Catches what breaks below it while rendering and shows something else instead; the rest of the page lives on. */
export class Boundary extends Component<
  { readonly fallback: ReactNode; readonly children: ReactNode },
  { broken: boolean }
> {
  override state = { broken: false }

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true }
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.fallback : this.props.children
  }
}
