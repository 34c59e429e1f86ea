// Draws the screen of a terminal: text with codes for its colours, as SVG. Light or dark as the reader's screen is.

const STYLE = `
  .paper { fill: #f6f8fa; stroke: #d0d7de }
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1f2328 }
  .bold { font-weight: 600 }
  .faint { fill: #656d76 }
  .c1 { fill: #cf222e } .c2 { fill: #116329 } .c3 { fill: #7d4e00 } .c4 { fill: #0969da } .c5 { fill: #8250df } .c6 { fill: #1b7c83 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; stroke: #30363d }
    text { fill: #e6edf3 }
    .faint { fill: #8d96a0 }
    .c1 { fill: #ff7b72 } .c2 { fill: #7ee787 } .c3 { fill: #e3b341 } .c4 { fill: #79c0ff } .c5 { fill: #d2a8ff } .c6 { fill: #56d4dd }
  }
`;
const [LINE, COLUMN, MARGIN] = [19, 8.5, 16];

/** The picture of what `tmux capture-pane -e` has given. */
export function draw(screen: string, { columns, title }: { readonly columns: number; readonly title: string }): string {
  const lines = screen.trimEnd().split('\n');
  const [width, height] = [Math.round(columns * COLUMN) + 2 * MARGIN, lines.length * LINE + 2 * MARGIN];
  const style = new Style();
  const texts = lines.map(
    (line, row) =>
      `<text xml:space="preserve" x="${MARGIN}" y="${MARGIN + 14 + row * LINE}">${style.draw(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<style>${STYLE}</style>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

/** How the text looks that comes next. */
class Style {
  #classes = new Set<string>();

  draw(line: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what the codes begin with
    const [first = '', ...rest] = line.trimEnd().split(/\x1b\[([\d;]*)m/);
    let drawn = this.#span(first);
    for (let index = 0; index < rest.length; index += 2) {
      for (const code of (rest[index] || '0').split(';')) this.#change(Number(code));
      drawn += this.#span(rest[index + 1] as string);
    }
    return drawn;
  }

  #change(code: number): void {
    const color = (code >= 30 && code <= 39) || (code >= 90 && code <= 97);
    if (code === 0) this.#classes.clear();
    else if (code === 22) for (const name of ['bold', 'faint']) this.#classes.delete(name);
    else if (color) for (const name of this.#classes) if (/^c\d|^faint/.test(name)) this.#classes.delete(name);
    if (code === 1) this.#classes.add('bold');
    if (code === 2 || code === 90) this.#classes.add('faint');
    else if (color && code !== 39 && code % 10 !== 0 && code % 10 !== 7) this.#classes.add(`c${code % 10}`);
  }

  #span(text: string): string {
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    if (escaped === '' || this.#classes.size === 0) return escaped;
    return `<tspan class="${[...this.#classes].join(' ')}">${escaped}</tspan>`;
  }
}
