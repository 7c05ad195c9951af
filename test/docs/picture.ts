/** A run on a terminal as an SVG picture: what `docs/trace.svg` is made of. */
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';
import { wordsOf } from './pages.ts';

export const PICTURE = {
  file: 'docs/trace.svg',
  command: 'trace fixtures/istio-sidecar.rules "out tcp -> 203.0.113.9:443"',
} as const;

const FONT = 14;
/** Height of a line and width of a character, in pixels, of a monospaced font of that size. */
const LINE = 20;
const CHARACTER = 8.43;
const PADDING = 16;
const COLUMNS = 80;

/** Colours of the 16 that a terminal has, by the number of the escape sequence; each is legible on the background. */
const INK: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '34': '#79c0ff',
  '35': '#d2a8ff',
  '36': '#76e3ea',
  '90': '#8b949e',
};

interface Style {
  readonly ink: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}
const PLAIN: Style = { ink: undefined, bold: false, dim: false };

function styled(style: Style, code: string): Style {
  if (code === '0' || code === '') return PLAIN;
  if (code === '1') return { ...style, bold: true };
  if (code === '2') return { ...style, dim: true };
  if (code === '22') return { ...style, bold: false, dim: false };
  if (code === '39') return { ...style, ink: undefined };
  return { ...style, ink: INK[code] ?? style.ink };
}

/** Spaces that do not break are the only ones that every browser keeps. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');

function span(text: string, { ink, bold, dim }: Style): string {
  const attributes = [ink === undefined ? '' : ` fill="${ink}"`, bold ? ' font-weight="bold"' : '', dim ? ' opacity="0.6"' : ''].join('');
  return attributes === '' ? escaped(text) : `<tspan${attributes}>${escaped(text)}</tspan>`;
}

const ESCAPE = '\u001b';
/** Colours, and the starts and ends of hyperlinks. */
const SEQUENCE = new RegExp(`(${ESCAPE}\\[[\\d;]*m|${ESCAPE}\\]8;[^${ESCAPE}]*${ESCAPE}\\\\)`);

/** One line with its escape sequences as spans; a style ends with the line. */
function spans(line: string): string {
  let style = PLAIN;
  return line
    .split(SEQUENCE)
    .map((part) => {
      if (!part.startsWith(ESCAPE)) return part === '' ? '' : span(part, style);
      if (part.endsWith('m')) for (const code of part.slice(2, -1).split(';')) style = styled(style, code);
      return '';
    })
    .join('');
}

export async function picture(): Promise<string> {
  const files = { 'fixtures/istio-sidecar.rules': readFixture('istio-sidecar').text };
  const { out } = await chainwalk(wordsOf(PICTURE.command), { files, terminal: true, env: { FORCE_COLOR: '1' } });
  const lines = [`${ESCAPE}[1m$ chainwalk ${PICTURE.command}`, ...out.trimEnd().split('\n')];
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * PADDING);
  const height = lines.length * LINE + 2 * PADDING;
  const texts = lines.map((line, at) => `<text x="${PADDING}" y="${PADDING + FONT + at * LINE}">${spans(line)}</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(`chainwalk ${PICTURE.command}`).replaceAll('\u00a0', ' ')}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${FONT}" fill="#e6edf3">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}
