/** The fast reader of what kubectl prints against the library: where it reads, both read the same, at the same places. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readYaml } from '../../src/cli/input/yaml.ts';
import { readBlockYaml } from '../../src/kubernetes/yaml/blockYaml.ts';
import type { Node } from '../../src/kubernetes/yaml/node.ts';

/** Values and the starts of everything; of null only the value. */
function shape(node: Node | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'list') return [node.span.start, node.items.map(shape)];
  if (node.kind === 'map') return [node.span.start, node.entries.map(({ key, keySpan, value }) => [key, keySpan.start, shape(value)])];
  return node.value === null ? 'null' : [node.span.start, node.value];
}

/** Each document of a text by itself: the others are comments then. */
async function apart(documents: readonly string[]): Promise<readonly unknown[]> {
  const whole = documents.join('---\n');
  let start = 0;
  const roots: unknown[] = [];
  for (const text of documents) {
    const end = start + text.length;
    const hide = (part: string) => part.replaceAll(/[^\n]/g, '#');
    const one = `${hide(whole.slice(0, start))}${text}${hide(whole.slice(end))}`;
    roots.push(await library(one));
    start = end + '---\n'.length;
  }
  return roots;
}

/** By the library: no text without `items:` is taken for a list. */
async function library(text: string): Promise<unknown> {
  const { documents, diagnostics } = await readYaml({ file: 'a.yaml', text });
  expect(diagnostics).toEqual([]);
  return shape(documents[0]?.root);
}

const fast = (text: string) => shape(readBlockYaml(text, { start: 0, end: text.length }));

describe('readBlockYaml', () => {
  it.each([
    'a: b\n',
    'a:\n  b: c\n  d: 1\n',
    'a:\n- b: c\n  d: e\n- f\n',
    'a:\n  - b\n  -  c: d\n     e: f\n',
    '- - a\n  - b\n- c: d\n',
    "a: \"x: y\"\nb: 'it''s'\nc: {}\nd: []\n",
    'a: 10.244.0.5\nb: 100m\nc: -5\nd: true\ne: 64Mi\n',
    'a:\nb: null\n',
    'a: 5d4f\nb: 15090,15021\nc: --domain\nd: -p\ne: 1.2.3.4\n',
    'image: registry.example/web:1\ncmd: $(POD).svc\nurl: http://x:80/y\n',
    'f.io/a-b_c: d e f\n',
    'a: |\n  {"b": 1}\nc: d\n',
    'a:\n- b: |-\n    x: y\n      z\n\n    w # v  \n  c: |\n    last\n',
  ])('%j', async (text) => {
    expect(fast(text)).toEqual(await library(text));
  });

  it.each([
    ['yes is a boolean', 'a: yes\n'],
    ['so is the key y', 'y: a\n'],
    ['floats', 'a: 1.5\n'],
    ['octal', 'a: 0644\n'],
    ['base 60', 'a: 1:30\n'],
    ['exponents', 'a: 6e5\n'],
    ['hexadecimals', 'a: 0x1f\n'],
    ['underscores', 'a: 1_000\n'],
    ['dates', 'a: 2026-11-21\n'],
    ['folded blocks', 'a: >\n  b\n'],
    ['literal blocks with a number', 'a: |2\n   b\n'],
    ['literal blocks that begin with an empty line', 'a: |\n\n  b\n'],
    ['literal blocks that keep their end', 'a: |+\n  b\n\n'],
    ['text on several lines', 'a: b\n  c\n'],
    ['quotes on several lines', 'a: "b\n  c"\n'],
    ['flow maps', 'a: {b: c}\n'],
    ['anchors', 'a: &x b\n'],
    ['comments', 'a: b # c\n'],
    ['a comment of its own', '# c\na: b\n'],
    ['tabs', 'a:\tb\n'],
    ['carriage returns', 'a: b\r\n'],
    ['keys twice', 'a: b\na: c\n'],
    ['keys in quotes', '"a": b\n'],
    ['a colon in a value', 'a: b: c\n'],
    ['less indented', '  a: b\nc: d\n'],
    ['deeper without a key', 'a: b\n    c: d\n'],
    ['unicode escapes', 'a: "\\u0041"\n'],
    ['empty lines', 'a: b\n\nc: d\n'],
  ])('gives up on %s', (_, text) => {
    expect(fast(text)).toBeUndefined();
  });

  const scalar = fc.oneof(
    fc.constantFrom(
      'web',
      '1',
      '',
      'a b',
      'x:1',
      '10.0.0.1',
      '5s',
      'yes',
      'null',
      "it's",
      '"',
      '#x',
      'a #b',
      '- x',
      '{{ }}',
      'a: b',
      '*',
      '0644',
      '~',
      '2026-11-01',
    ),
    fc.string({ unit: fc.constantFrom(...'abex01_.: :-#\'"{}[],&*!|>%@`$(./_'), maxLength: 8 }),
    fc.integer({ min: -100000, max: 100000 }),
    fc.boolean(),
    fc.constant(null),
  );
  const key = fc.stringMatching(/^[a-z][a-zA-Z0-9./-]{0,8}$/);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const object = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5, noNullPrototype: true });

  it('reads enough of these', () => {
    const texts = fc.sample(object, { numRuns: 500, seed: 1 }).map((value) => stringify(value, { version: '1.1', lineWidth: 0 }));
    expect(texts.filter((text) => fast(text) !== undefined).length).toBeGreaterThan(50);
  });

  it('agrees with the library on whatever it reads', async () => {
    await fc.assert(
      fc.asyncProperty(object, fc.boolean(), async (value, indentSeq) => {
        const text = stringify(value, { version: '1.1', lineWidth: 0, indentSeq });
        const own = fast(text);
        if (own === undefined) return;
        expect(own).toEqual(await library(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('lists are read item by item', () => {
  const list = (items: string) => `apiVersion: v1\nitems:\n${items}kind: List\nmetadata:\n  resourceVersion: ""\n`;
  const pod = (name: string, more = '') => `- kind: Pod\n  metadata:\n    name: ${name}\n${more}  spec:\n    containers:\n    - name: a\n`;

  it('places are those of the whole text, for every reader of the item', async () => {
    const text = list(`${pod('one')}${pod('two', '    annotations:\n      a: |\n        b\n')}${pod('three')}`);
    const { documents, diagnostics } = await readYaml({ file: 'a.yaml', text });
    expect(diagnostics).toEqual([]);
    const [root] = documents.map((document) => document.root);
    const items = root?.kind === 'map' ? root.entries.find(({ key: name }) => name === 'items')?.value : undefined;
    const names =
      items?.kind === 'list' ? items.items.map((item) => JSON.stringify(shape(item)).match(/\["name",(\d+),\[(\d+),"(\w+)"\]\]/)) : [];
    expect(names.map((found) => text.slice(Number(found?.[2])).split('\n')[0])).toEqual(['one', 'two', 'three']);
  });

  it('an item that cannot be read is an error of the whole text', async () => {
    const { documents, diagnostics } = await readYaml({ file: 'a.yaml', text: list(`${pod('one')}- kind: [\n`) });
    expect(documents).toEqual([]);
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  it('documents of one text are read as each by itself, at their places', async () => {
    const seen = { fast: 0, library: 0 };
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>('web', 'yes', 'a b', 'x: y', '10.244.0.5', '# no', '', '--- a', 15, true, null, 1.5),
        fc.dictionary(fc.constantFrom('a', 'b-c', 'kind', 'yes', 'd e'), tie('value'), { maxKeys: 3 }),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    })).value;
    const document = fc
      .record({
        content: fc.dictionary(fc.constantFrom('kind', 'metadata', 'spec'), value, { minKeys: 1 }),
        before: fc.constantFrom('', '# Source: chart/pod.yaml\n', '\n', '  # a\n\n'),
        flow: fc.boolean(),
      })
      .map(({ content, before, flow }) => `${before}${stringify(content, { collectionStyle: flow ? 'flow' : 'any', lineWidth: 0 })}`);
    const property = fc.asyncProperty(fc.array(document, { minLength: 2, maxLength: 4 }), async (documents) => {
      const { documents: read, diagnostics } = await readYaml({ file: 'a.yaml', text: documents.join('---\n') });
      expect(diagnostics).toEqual([]);
      expect(read.map(({ root }) => shape(root))).toEqual(await apart(documents));
      for (const text of documents)
        seen[readBlockYaml(text, { start: text.search(/^\w/m), end: text.length }) === undefined ? 'library' : 'fast']++;
    });
    await fc.assert(property, { numRuns: 150, seed: 7 });
    expect(Math.min(seen.fast, seen.library)).toBeGreaterThan(50);
  });
});
