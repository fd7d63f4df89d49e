/** What a terminal would obey instead of show, or show as nothing: controls, directions of writing, separators of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text that came with a request, as one line that cannot move a terminal's cursor. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '\u{fffd}')
}

/** JSON as one line, in which such characters are escapes: a terminal shows it and a program reads the very text. */
export function printableJson(value: object): string {
  return JSON.stringify(value).replaceAll(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, at) => escape(character.charCodeAt(at))).join(''),
  )
}

function escape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
