/** Files that run commands when something comes up: a configuration of wg-quick (PostUp), a unit of systemd (ExecStart), interfaces(5)
 *  (post-up). Their commands are read as lines of a script, those of coming up alone. wg-quick(8), systemd.service(5), interfaces(5) */
import { type Line, linesOf } from '../text/lines.ts';
import type { TextFinding } from '../text/problems.ts';
import type { Source, Span } from '../text/source.ts';
import type { CodeBlock } from './codeBlocks.ts';

export interface UpCommands {
  /** in which the interface's name is a variable of the shell: each place is where it was */
  readonly source: Source;
  readonly blocks: readonly CodeBlock[];
  readonly variables: ReadonlyMap<string, string>;
  readonly findings: readonly TextFinding[];
}

interface FileKind {
  /** the key, and where its command begins */
  readonly line: RegExp;
  /** keys in the order in which they run; others run at the end */
  readonly up: readonly string[];
  readonly while: string;
  /** a backslash at the end of a line goes on in the next */
  readonly goesOn: boolean;
}

const KINDS: readonly FileKind[] = [
  {
    line: /^([ \t]*((?:pre|post)(?:up|down))[ \t]*=[ \t]*)\S/i,
    up: ['preup', 'postup'],
    while: 'the interface is up',
    goesOn: false,
  },
  {
    line: /^([ \t]*(exec(?:startpre|startpost|start|stoppost|stop|reload))[ \t]*=[ \t]*[-@:+!]*)\S/i,
    up: ['execstartpre', 'execstart', 'execstartpost'],
    while: 'the unit runs',
    goesOn: true,
  },
  {
    line: /^([ \t]*((?:pre-|post-)?(?:up|down))[ \t]+)\S/,
    up: ['pre-up', 'up', 'post-up'],
    while: 'the interface is up',
    goesOn: true,
  },
];

const RUNS = /\bip6?tables\b/;
const ANY = /^[ \t]*(?:(?:pre|post)up[ \t]*=|execstart(?:pre|post)?[ \t]*=|(?:pre-|post-)?up[ \t]).*\bip6?tables\b/im;

/** Is it such a file, and do its commands call iptables? */
export function runsWhenUp(text: string): boolean {
  return ANY.test(text) && !text.startsWith('#!') && !/^ {0,3}(?:```|~~~)/m.test(text);
}

interface Found {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly line: Line;
}

/** Undefined: it is no such file. */
export function upCommands(source: Source): UpCommands | undefined {
  const { text, file } = source;
  if (!runsWhenUp(text)) return undefined;
  const found = KINDS.map((kind) => ({ kind, commands: commandsOf(text, kind) }));
  const chosen = found.find(({ kind, commands }) =>
    commands.some(({ key, start, end }) => kind.up.includes(key) && RUNS.test(text.slice(start, end))),
  );
  if (chosen === undefined) return undefined;
  const { kind, commands } = chosen;
  const rank = ({ key }: Found): number => (key === 'up' ? kind.up.indexOf('post-up') : kind.up.indexOf(key));
  const up = commands.filter(({ key }) => kind.up.includes(key)).sort((a, b) => rank(a) - rank(b));
  const down = commands.filter(({ key, start, end }) => !kind.up.includes(key) && RUNS.test(text.slice(start, end)));
  const [first] = down;
  const keys = [...new Set(down.map(({ line: { start } }) => kind.line.exec(text.slice(start, start + 80))?.[2] ?? ''))];
  return {
    source: { ...source, text: kind === KINDS[0] ? withName(text, up) : text },
    blocks: up.map((one): CodeBlock => ({ kind: 'shell', span: insideShell(text, one) })),
    variables: namesIn(text, file),
    findings:
      first === undefined
        ? []
        : [
            {
              kind: 'warning',
              code: 'script-call-not-reached',
              message: `what ${keys.map((key) => `\`${key}\``).join(' and ')} does is not carried out: these are the rules while ${kind.while}`,
              span: { start: first.start, end: first.end },
            },
          ],
  };
}

function commandsOf(text: string, { line: sign, goesOn }: FileKind): readonly Found[] {
  const commands: Found[] = [];
  let last: Found | undefined;
  for (const line of linesOf(text, 0)) {
    const content = text.slice(line.start, line.end);
    if (goesOn && last !== undefined && text.slice(0, last.end).endsWith('\\')) {
      last = { ...last, end: line.end };
      commands.splice(-1, 1, last);
      continue;
    }
    const [, before, key] = sign.exec(content) ?? [];
    if (before === undefined || key === undefined) continue;
    // wg-quick takes a comment away wherever it begins
    const comment = goesOn ? -1 : content.indexOf('#');
    const end = comment < 0 ? line.end : line.start + comment;
    last = { key: key.toLowerCase(), start: line.start + before.length, end, line };
    if (end > last.start) commands.push(last);
  }
  return commands;
}

/** What `sh -c '...'` runs, where its quotes keep nothing else. */
function insideShell(text: string, { start, end }: Span): Span {
  const [whole, before, quote, inner = ''] =
    /^((?:\S*\/)?(?:ba|da)?sh[ \t]+-e?c[ \t]+(['"]))([\s\S]*)\2[ \t\r]*$/.exec(text.slice(start, end)) ?? [];
  if (whole === undefined || before === undefined || quote === undefined) return { start, end };
  if (inner.includes(quote) || (quote === '"' && /[\\$`]/.test(inner))) return { start, end };
  return { start: start + before.length, end: start + before.length + inner.length };
}

/** `%i` of wg-quick: as long as the variable that stands for it. */
function withName(text: string, commands: readonly Found[]): string {
  const inOrder = commands.toSorted((a, b) => a.start - b.start);
  let [made, at] = ['', 0];
  for (const { start, end } of inOrder) {
    made += text.slice(at, start) + text.slice(start, end).replaceAll('%i', '$i');
    at = end;
  }
  return made + text.slice(at);
}

/** wg-quick has the name of its file, interfaces(5) that of the one stanza. */
function namesIn(text: string, file: string): ReadonlyMap<string, string> {
  const [, tunnel] = /(?:^|\/)([\w=+.-]{1,15})\.conf$/.exec(file) ?? [];
  const stanzas = new Set([...text.matchAll(/^[ \t]*iface[ \t]+(\S+)/gm)].flatMap(([, name]) => (name === 'lo' ? [] : name)));
  const [only, another] = stanzas;
  return new Map([
    ...(tunnel === undefined ? [] : [['i', tunnel] as const]),
    ...(only === undefined || another !== undefined ? [] : [['IFACE', only] as const]),
  ]);
}
