/** What `coatcheck/next/flash` uses of React and Next.js, whose own types users have: we need not install them for a few lines. */

declare module 'react' {
  export function createElement(
    type: string,
    props: object,
    text: string,
  ): { readonly type: string; readonly props: object; readonly key: string | null }
  export function useEffect(effect: () => (() => void) | void, dependencies: readonly unknown[]): void
  export function useLayoutEffect(effect: () => (() => void) | void, dependencies: readonly unknown[]): void
  export function useSyncExternalStore<Snapshot>(
    subscribe: (listener: () => void) => () => void,
    snapshot: () => Snapshot,
    serverSnapshot: () => Snapshot,
  ): Snapshot
}

declare module 'next/navigation.js' {
  export function usePathname(): string
}
