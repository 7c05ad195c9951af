/** The reader of JSON gives what JSON.parse gives, and what the reader of YAML gives, with the same places. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as yaml from 'yaml';
import { toData } from '../../src/kubernetes/yaml/node.ts';
import { readJson } from '../../src/kubernetes/yaml/readJson.ts';
import { toTree } from '../../src/kubernetes/yaml/yamlTree.ts';

/** JSON keeps one value of a key, and no minus zero. */
const json = fc.jsonValue({ maxDepth: 5 }).filter((value) => typeof value === 'object' && value !== null);

describe('JSON', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const tree = readJson(text);
        expect(tree?.flaws).toEqual([]);
        expect(tree === undefined ? undefined : toData(tree.root)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('has the places that YAML has', () => {
    // ASCII, and no numbers: YAML 1.1 writes them otherwise
    const plain = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.stringMatching(/^[a-z ]{0,8}$/), fc.boolean(), tie('list'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      map: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(plain.map, (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(readJson(text)?.root).toEqual(toTree(yaml, yaml.parseDocument(text, { version: '1.1' })).root);
      }),
    );
  });

  it('a text with one character changed is read as JSON.parse reads it, or not at all', () => {
    fc.assert(
      fc.property(
        json,
        fc.nat(),
        fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '0', '\n', '\u0000', 'e'),
        (value, place, character) => {
          const text = JSON.stringify(value);
          const at = place % text.length;
          const changed = text.slice(0, at) + character + text.slice(at + 1);
          const tree = readJson(changed);
          if (tree !== undefined && tree.flaws.length === 0) expect(toData(tree.root)).toEqual(JSON.parse(changed));
          else if (tree === undefined) expect(isJson(changed)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(['"text"', '1', '', 'a: 1', '[1,]', '{"a" 1}', '[1] 2', "['a']", '{"a": 01}', '["\t"]', '[\u00a01]', '{} {}'])(
    '%j is left to YAML',
    (text) => {
      expect(readJson(text)).toBeUndefined();
    },
  );
});

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
