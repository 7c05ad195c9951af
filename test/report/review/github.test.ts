import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { githubAnnotations } from '../../../src/report/formats/github.ts';
import { fileUri, repositoryPath } from '../../../src/report/review/uri.ts';
import { changed, hostileReview, hostileTexts, problem, review, subject } from './handmadeReview.ts';

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** As the runner reads a line. source: actions/runner, ActionCommand.TryParseV2 */
function readCommand(line: string): Command | undefined {
  if (!line.trimStart().startsWith('::')) return undefined;
  const end = line.indexOf('::', 2);
  if (end < 0) return undefined;
  const [, name = '', list = ''] = /^(\S+)(?: (.*))?$/s.exec(line.slice(2, end)) ?? [];
  const pairs = list.split(',').flatMap((pair) => {
    const [key = '', ...value] = pair.split('=');
    return value.length === 0 ? [] : [[key, decoded(value.join('='), PROPERTY)] as const];
  });
  return { name, properties: Object.fromEntries(pairs), data: decoded(line.slice(end + 2), DATA) };
}

const DATA = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
] as const; // the percent sign last, as the runner does
const PROPERTY = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
] as const;

function decoded(text: string, codes: readonly (readonly [string, string])[]): string {
  return codes.reduce((left, [code, char]) => left.replaceAll(code, char), text);
}

describe('github', () => {
  it('an annotation stands at the columns of what the rule does', () => {
    expect(githubAnnotations(review([subject([problem()])]))).toMatchInlineSnapshot(
      `"::error file=net/pod.rules,line=3,col=38,endColumn=45,title=no-redirect-loop (IPv4)::it is so%0Apath: app -> OUTPUT#1 -> net/pod.rules:3 => dropped%0Afix: do not it is so"`,
    );
  });

  it('the runner reads back what was said, whatever the texts are', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        // what is accepted is not annotated
        const lines = githubAnnotations(hostileReview(texts)).split('\n');
        expect(lines).toHaveLength(4);
        // the last is a warning about the text
        expect(readCommand(lines[3] ?? '')?.properties.title).toBe('chainwalk');
        for (const line of lines.slice(0, 3)) {
          expect(line).not.toMatch(/[\r\n]/);
          const { name, properties, data } = readCommand(line) ?? { name: '', properties: {}, data: '' };
          expect(['error', 'warning']).toContain(name);
          expect(properties.title).toBe(`${texts.id} (IPv4)`);
          if (texts.file !== '-') expect(properties.file).toBe(repositoryPath(texts.file));
          expect(data.startsWith(`${texts.message}\n`)).toBe(true);
        }
      }),
    );
  });

  it('no text begins a line of its own, so none is a command', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const said = githubAnnotations(hostileReview(texts)).split('\n');
        expect(said.every((line) => /^::(?:error|warning) /.test(line))).toBe(true);
      }),
    );
  });

  it('10,000 findings: the ten worst of each kind, and one line on the others', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      problem({ id: `claim-${index}` }, { level: index < 4_000 ? 'info' : index < 8_000 ? 'warning' : 'error' }),
    );
    const lines = githubAnnotations(review([subject(many)])).split('\n');
    expect(lines.map((line) => readCommand(line)?.name)).toEqual([...Array(10).fill('error'), ...Array(10).fill('warning'), undefined]);
    expect(lines.at(-1)).toBe('chainwalk: not annotated: 5980 less serious ones, as GitHub shows 10 of a kind for a step; 4000 hints');
  });

  it('what is undecided is a warning, what is known is nothing', () => {
    const known = { muted: { by: 'baseline', reason: 'since spring' } } as const;
    const text = githubAnnotations(review([subject([problem({}, { verdict: 'undecided' }), problem({}, known)])]));
    expect(text.split('\n').map((line) => readCommand(line)?.name)).toEqual(['warning']);
  });

  it('what changes is a notice', () => {
    const text = githubAnnotations(review([subject([{ ...changed(), level: 'info' }])]));
    expect(text).toMatch(/^::notice file=net\/pod\.rules,line=3,/);
  });

  it('without findings there is nothing to print', () => expect(githubAnnotations(review([]))).toBe(''));
});

describe('URIs of files', () => {
  it('are the path again when they are decoded', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\\/]|^\.$/.test(text)),
          { minLength: 1 },
        ),
        (parts) => {
          const file = parts.join('/');
          fc.pre(file !== '-' && !/^[A-Za-z]:\//.test(file));
          expect(decodeURIComponent(fileUri(file))).toBe(file);
          expect(new URL(fileUri(file), 'https://example.com/root/').origin).toBe('https://example.com');
        },
      ),
    );
  });
});
