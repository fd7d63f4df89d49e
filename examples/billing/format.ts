const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })
const number = new Intl.NumberFormat('en-IE')

/** `149900` cents as `€1,499.00`. */
export function formatMoney(cents: number): string {
  return money.format(cents / 100)
}

/** `4096` as `4,096`. */
export function formatNumber(value: number): string {
  return number.format(value)
}

/** The beginning and the end of a sealed value. */
export function shorten(value: string): string {
  return value.length > 48 ? `${value.slice(0, 32)}…${value.slice(-12)}` : value
}
