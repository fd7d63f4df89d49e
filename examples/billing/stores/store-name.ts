/** The stores that this demo can keep its sessions in, as `--store` names them. */
export const STORE_NAMES = ['redis', 'postgres', 'sqlite'] as const // as const: these names and no others

export type StoreName = (typeof STORE_NAMES)[number]

export function isStoreName(text: string | undefined): text is StoreName {
  return STORE_NAMES.some((name) => name === text)
}
