/** The README and the pages of docs/, and what stands between their fences. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chainwalk } from '../cli/memoryIo.ts';

export const ROOT = join(import.meta.dirname, '../..');

export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
];

export interface Block {
  readonly page: string;
  /** of the fence: `ts`, `sh`, `yaml`; empty for a run that is shown */
  readonly language: string;
  readonly text: string;
}

export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', inside = '']) => ({ page, language, text: inside }));
}

export const BLOCKS: readonly Block[] = PAGES.flatMap(blocksOf);

const PROMPT = '$ chainwalk ';

/** The command of a block that shows a run. */
export function commandOf({ language, text }: Block): string | undefined {
  return language === '' && text.startsWith(PROMPT) ? text.slice(PROMPT.length, text.indexOf('\n')) : undefined;
}

/** Words of a command line, with quotes as a shell has them, without its other rules. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '');
}

/** Every file of the repository, named from its top. */
export const REPOSITORY: Readonly<Record<string, string>> = new Proxy<Record<string, string>>(
  {},
  { get: (_, path) => (existsSync(join(ROOT, String(path))) ? readFileSync(join(ROOT, String(path)), 'utf8') : undefined) },
);

/** What the block shows when it is run today. */
export async function shownToday(command: string): Promise<string> {
  const { out, err } = await chainwalk(wordsOf(command), { files: REPOSITORY });
  // what is refused is said there
  return `${PROMPT}${command}\n${(out || err).trimEnd()}\n`;
}

/** A report in Markdown that a page shows as GitHub does, without a fence. */
export const SHOWN_COMMENT = {
  page: 'docs/reports.md',
  command: 'verify --only no-redirect-loop fixtures/article.rules -o markdown',
} as const;

export async function commentToday(): Promise<string> {
  const { command } = SHOWN_COMMENT;
  const shown = await shownToday(command);
  const summary = `<details><summary><code>chainwalk ${command}</code></summary>`;
  return `${summary}\n\n${shown.slice(shown.indexOf('\n') + 1)}\n</details>\n`;
}

export const COMMENT = /^<details><summary><code>chainwalk [\s\S]*^<\/details>\n$/m;
