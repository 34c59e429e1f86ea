/** The narrowest that a column becomes where there is not room for all, in characters. */
const NARROWEST = 8;
const GAP = '  ';

const graphemes = new Intl.Segmenter();
/** What takes no place of its own, and what takes two: Chinese, Japanese and Korean characters, and pictures. */
const NARROW = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

/** How many places of a terminal a text takes. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += placesOf(segment);
  return width;
}

function placesOf(grapheme: string): number {
  if (NARROW.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** As much of a text as fits into so many places; a mark is where it is cut. */
function fitted(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let room = width - 1;
  for (const { segment } of graphemes.segment(text)) {
    room -= placesOf(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Rows of cells as lines, in columns of the same width, of which some stand at the right. */
export function aligned(
  rows: readonly (readonly string[])[],
  widths = widthsOf(rows),
  right: boolean[] = [],
): string[] {
  return rows.map((cells) =>
    cells
      .map((cell, column) => {
        const text = fitted(cell, widths[column] as number);
        const blanks = ' '.repeat((widths[column] as number) - textWidth(text));
        return right[column] ? blanks + text : text + blanks;
      })
      .join(GAP)
      .trimEnd(),
  );
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textWidth(row[column] ?? ''))));
}

/** A table that fits into a terminal: its lines, the headings first, and how many columns have no room. */
export function drawTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): { readonly lines: readonly string[]; readonly columnsLeft: number } {
  const cells = [headings, ...rows].map((row) => row.map(visible));
  const widths = widthsOf(cells);
  let count = widths.length;
  const least = (columns: number): number =>
    widths.slice(0, columns).reduce((sum, each) => sum + Math.min(each, NARROWEST) + GAP.length, -GAP.length);
  while (count > 1 && least(count) > width) count--;
  const shrunk = shrink(widths.slice(0, count), width - GAP.length * (count - 1));
  const right = shrunk.map((_, column) => isNumeric(cells.slice(1).map((row) => row[column] as string)));
  return {
    lines: aligned(
      cells.map((row) => row.slice(0, count)),
      shrunk,
      right,
    ),
    columnsLeft: widths.length - count,
  };
}

/** Takes room from the widest columns until all fit. */
function shrink(widths: readonly number[], room: number): number[] {
  let limit = Math.max(...widths);
  const total = (): number => widths.reduce((sum, width) => sum + Math.min(width, limit), 0);
  while (limit > 1 && total() > room) limit--;
  return widths.map((width) => Math.min(width, limit));
}

/** Whether a column has numbers only, as far as it has anything. */
function isNumeric(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => !/^(|None|null|undef|undefined)$/.test(cell));
  return filled.length > 0 && filled.every((cell) => /^[+-]?\d[\d.,_]*(?:e[+-]?\d+)?n?$/i.test(cell));
}

/** A cell without what would move the cursor, or change a colour. */
function visible(cell: string): string {
  return cell.replace(/[\p{Cc}\u2028\u2029]/gu, (unit) => {
    const escape = JSON.stringify(unit).slice(1, -1);
    return escape === unit ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}` : escape;
  });
}
