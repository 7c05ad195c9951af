/** The matrix of rooms in docs/ARCHITECTURE.md is the table that test/architecture.test.ts holds the code to. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GROUPS, ROOMS } from '../support/rooms.ts';

const PAGE = readFileSync(new URL('../../docs/ARCHITECTURE.md', import.meta.url), 'utf8');

/** The rows of the table with this head, as cells. */
function table(head: string): readonly (readonly string[])[] {
  const lines = PAGE.split('\n');
  const start = lines.indexOf(head);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const namesIn = (cell: string): readonly string[] => cell.split(' ').flatMap((word) => GROUPS[word] ?? (word === '' ? [] : [word]));
const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

describe('docs/ARCHITECTURE.md', () => {
  it('names the groups of rooms as the table does', () => {
    const shown = table('| group | rooms |').map(([name = '', rooms = '']) => [name, sorted(namesIn(rooms))]);
    expect(shown).toEqual(Object.entries(GROUPS).map(([name, rooms]) => [name, sorted(rooms)]));
  });

  it('says of each room what it owns, what it does not, and what it may import', () => {
    const rows = table('| room | owns | does not own | may import |');
    const shown = rows.map(([room = '', , , imports = '']) => [room, sorted(namesIn(imports))]);
    const rooms = Object.entries(ROOMS).filter(([room]) => !room.endsWith('.ts'));
    expect(shown).toEqual(rooms.map(([room, imports]) => [room, sorted(imports)]));
    expect(rows.filter((cells) => cells.length !== 4 || cells[1] === '' || cells[2] === '')).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  const text = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| ([^|]+) \| [^|]+ \| (?:`(\w+)` in )?`([^`]+)` \|$/gm)];

  it('has a place for every word', () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.length).toBe(text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (word|---) \|/.test(line)).length);
  });

  it('finds the name of each word in its file', () => {
    const wrong = rows.filter(([, , name, file = '']) => {
      const code = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      return name !== undefined && !new RegExp(`\\b(interface|type|class|function|const) ${name}\\b|'${name}'`).test(code);
    });
    expect(wrong.map(([, word]) => word)).toEqual([]);
  });

  it('has one row a word', () => {
    const words = rows.map(([, word]) => word);
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([]);
  });
});
