/** How a trace in lanes looks: light, dark as the reader's system is, and in colours that the reader has forced. Nothing is told by colour
 *  alone. Class names begin with `cw-`, so that a page may have the picture beside other things. */

interface Inks {
  readonly paper: string;
  readonly band: string;
  readonly edge: string;
  readonly card: string;
  readonly ink: string;
  readonly dim: string;
  readonly inbound: string;
  readonly outbound: string;
  readonly bypass: string;
  readonly loop: string;
  /** what ends: its border, and text on it */
  readonly drop: string;
  readonly onDrop: string;
}

const LIGHT: Inks = {
  paper: '#ffffff',
  band: '#f3f5f8',
  edge: '#c5ccd4',
  card: '#ffffff',
  ink: '#1b2129',
  dim: '#57606a',
  inbound: '#1a7f37',
  outbound: '#bc4c00',
  bypass: '#0a58b8',
  loop: '#7a3ec4',
  drop: '#b3121f',
  onDrop: '#ffffff',
};

const DARK: Inks = {
  paper: '#0d1117',
  band: '#161c24',
  edge: '#3b434d',
  card: '#0d1117',
  ink: '#e6edf3',
  dim: '#9aa5b1',
  inbound: '#56d364',
  outbound: '#f0883e',
  bypass: '#79c0ff',
  loop: '#d2a8ff',
  drop: '#ff8a80',
  onDrop: '#1b0506',
};

/** Names of the system, by which a reader's own colours come. */
const FORCED: Inks = {
  paper: 'Canvas',
  band: 'Canvas',
  edge: 'CanvasText',
  card: 'Canvas',
  ink: 'CanvasText',
  dim: 'CanvasText',
  inbound: 'CanvasText',
  outbound: 'CanvasText',
  bypass: 'CanvasText',
  loop: 'CanvasText',
  drop: 'CanvasText',
  onDrop: 'Canvas',
};

function inksOf(inks: Inks): string {
  const rules = [
    `.cw-paper,.cw-card{fill:${inks.paper};stroke:${inks.edge}}`,
    `.cw-band{fill:${inks.band}}`,
    `.cw-life{stroke:${inks.edge}}`,
    `.cw-text{fill:${inks.ink}}`,
    `.cw-dim{fill:${inks.dim}}`,
    `.cw-card,.cw-rule .cw-edge,.cw-aside .cw-edge{fill:${inks.card};stroke:${inks.dim}}`,
    `.cw-round .cw-edge,.cw-relay .cw-edge,.cw-open .cw-edge{fill:${inks.card};stroke:${inks.ink}}`,
    `.cw-loop .cw-edge{fill:${inks.card};stroke:${inks.loop}}`,
    `.cw-drop .cw-edge{fill:${inks.drop};stroke:${inks.drop}}`,
    `.cw-drop .cw-text{fill:${inks.onDrop}}`,
    ...(['inbound', 'outbound', 'bypass', 'loop', 'drop'] as const).map(
      (kind) => `.cw-line.cw-${kind}{stroke:${inks[kind]}}.cw-head.cw-${kind}{fill:${inks[kind]}}`,
    ),
  ];
  return rules.join('');
}

const FORMS = [
  '.cw-text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:14px;white-space:pre}',
  '.cw-strong{font-weight:600}',
  '.cw-edge{stroke-width:1.25}',
  '.cw-aside .cw-edge{stroke-dasharray:5 4}',
  '.cw-open .cw-edge{stroke-width:2.5;stroke-dasharray:9 4}',
  '.cw-loop .cw-edge{stroke-width:2.5}',
  '.cw-life{stroke-width:1;stroke-dasharray:2 5}',
  '.cw-line{fill:none;stroke-width:2;stroke-linejoin:round}',
  '.cw-line.cw-loop{stroke-width:4}',
].join('');

/** A style sheet for the picture; a page whose policy forbids styles inside it takes it into its own. */
export const SVG_STYLE = [
  FORMS,
  inksOf(LIGHT),
  `@media (prefers-color-scheme:dark){${inksOf(DARK)}}`,
  `@media (forced-colors:active){.cw-text,.cw-edge,.cw-line,.cw-head,.cw-life,.cw-paper,.cw-band{forced-color-adjust:none}${inksOf(FORCED)}}`,
].join('\n');
