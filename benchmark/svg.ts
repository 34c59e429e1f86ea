// The little of SVG that the charts need. They bring their own background, light or dark as the reader's screen is.

const STYLE = `
  .paper { fill: #ffffff }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .faint { fill: #656d76 }
  .title { font-weight: 600 }
  .grid { stroke: #d8dee4 }
  .axis { stroke: #656d76 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 }
    text { fill: #e6edf3 }
    .faint { fill: #8d96a0 }
    .grid { stroke: #2b313a }
    .axis { stroke: #8d96a0 }
  }
`;

export interface Attributes {
  readonly [name: string]: string | number;
}

export function picture(width: number, height: number, title: string, body: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<rect class="paper" width="${width}" height="${height}" rx="8"/>
${body.join('\n')}
</svg>
`;
}

export function element(name: string, attributes: Attributes): string {
  return `<${name}${written(attributes)}/>`;
}

export function label(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return `<text${written({ x: round(x), y: round(y), ...attributes })}>${escaped(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return element('line', { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), class: kind });
}

export function path(points: readonly (readonly [number, number])[], attributes: Attributes): string {
  const d = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  return element('path', { d, fill: 'none', ...attributes });
}

/** A logarithmic scale: where a value lies between two ends. */
export function logarithmic(low: number, high: number, from: number, to: number): (value: number) => number {
  return (value) => from + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (to - from);
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
