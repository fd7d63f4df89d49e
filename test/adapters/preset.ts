/** What an application makes once and gives to everybody. A header that is added to one of these reaches strangers. */
export const PRESET: { 'set-cookie': string[] } = { 'set-cookie': ['a=1', 'b=2'] }
/** The same as `setHeaders` of Node takes it, which keeps the very list. */
export const PRESET_HEADERS: Map<string, string[]> = new Map(Object.entries(PRESET))
export const PRESET_RESPONSE: Response = new Response(null, {
  status: 204,
  headers: PRESET['set-cookie'].map((line) => ['set-cookie', line] as [string, string]), // as: a pair
})
