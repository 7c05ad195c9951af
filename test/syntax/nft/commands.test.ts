import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { printNft } from '../../../src/syntax/nft/printNft.ts';
import { readNft } from './texts.ts';

interface Done {
  readonly text: string;
  readonly said: readonly string[];
}

function carriedOut(...lines: readonly string[]): Done {
  const { tree, findings } = readNft(lines.join('\n'));
  return { text: printNft(tree), said: findings.map(({ kind, message }) => `${kind} ${message}`) };
}

/** Words of the rules of the first chain. */
function rules({ text }: Done): readonly string[] {
  const [, inside = ''] = /chain \S+ \{\n([^}]*)\t\}/.exec(text) ?? [];
  return inside
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('type '));
}

const MADE = ['add table ip t', 'add chain ip t c', 'add rule ip t c tcp dport 1', 'add rule t c tcp dport 2'];

describe('commands of nft', () => {
  it('rules are added at the end, inserted at the beginning', () => {
    expect(rules(carriedOut(...MADE, 'insert rule ip t c tcp dport 0'))).toEqual(['tcp dport 0', 'tcp dport 1', 'tcp dport 2']);
  });

  it('an index puts a rule before the one it names, or with `add` behind it', () => {
    const insert = carriedOut(...MADE, 'insert rule ip t c index 1 tcp dport 5');
    const add = carriedOut(...MADE, 'add rule ip t c index 0 tcp dport 5');
    expect(rules(insert)).toEqual(['tcp dport 1', 'tcp dport 5', 'tcp dport 2']);
    expect(rules(add)).toEqual(['tcp dport 1', 'tcp dport 5', 'tcp dport 2']);
  });

  it('rules are replaced and deleted by the handles of a listing', () => {
    const listing = 'table ip t { # handle 1\n\tchain c { # handle 1\n\t\ttcp dport 1 # handle 2\n\t\ttcp dport 2 # handle 3\n\t}\n}';
    const done = carriedOut(listing, 'replace rule ip t c handle 2 tcp dport 9', 'delete rule ip t c handle 3');
    expect(done.said).toEqual([]);
    expect(rules(done)).toEqual(['tcp dport 9']);
  });

  it('a block of a table adds to the table that is there', () => {
    expect(rules(carriedOut(...MADE, 'table ip t {\n chain c {\n  tcp dport 3\n }\n}'))).toEqual([
      'tcp dport 1',
      'tcp dport 2',
      'tcp dport 3',
    ]);
  });

  it.each([
    ['flush chain ip t c', []],
    ['flush table t', []],
    ['delete chain ip t c', []],
    ['flush ruleset ip6', ['tcp dport 1', 'tcp dport 2']],
    ['flush ruleset', []],
    ['destroy chain ip t no', ['tcp dport 1', 'tcp dport 2']],
    ['list ruleset', ['tcp dport 1', 'tcp dport 2']],
    ['add table t; add chain t c; add rule t c tcp dport 3', ['tcp dport 1', 'tcp dport 2', 'tcp dport 3']],
    ['add rule t c \\\n tcp dport 3', ['tcp dport 1', 'tcp dport 2', 'tcp dport 3']],
  ])('%s', (command, expected) => {
    const done = carriedOut(...MADE, command);
    expect(done.said).toEqual([]);
    expect(rules(done)).toEqual(expected);
  });

  it('a chain of a listing is renamed', () => {
    const done = carriedOut('table ip t {\n chain c {\n  tcp dport 1\n }\n}', 'rename chain ip t c d');
    expect(done.said).toEqual([]);
    expect(done.text).toContain('chain d {');
  });

  it.each([
    ['table ip t {\n chain e {\n  jump d\n }\n}', 'd'],
    ['table ip t {\n chain e {\n  ip saddr @x\n }\n}', 'x'],
    ['table ip t {\n chain e {\n  counter name "n"\n }\n}', 'n'],
    ['table ip t {\n chain e {\n  tcp dport 1 jump {\n   jump d\n  }\n }\n}', 'd'],
    ['table ip t {\n map m {\n  type ipv4_addr : verdict\n  elements = { 10.0.0.1 : goto d }\n }\n}', 'd'],
    ['add map ip t m { type ipv4_addr : verdict; elements = { 10.0.0.1 : goto d }; }', 'd'],
    ['add map ip t m { type ipv4_addr : verdict; }\nadd element ip t m { 10.0.0.1 : goto d }', 'd'],
    ['add chain ip t e { jump d; }', 'd'],
    ['add rule ip t c counter name "n"', 'n'],
  ])('%s needs what a later block makes', (first, name) => {
    const later = 'table ip t {\n chain d {\n }\n set x {\n  type ipv4_addr\n }\n counter n {\n }\n}';
    expect(carriedOut(...MADE, first, later).said).toEqual([`not-loadable \`${name}\` is not there when this command is carried out`]);
    expect(carriedOut(...MADE, later, first).said).toEqual([]);
  });

  it('in one block the order is free', () => {
    const block =
      'table ip t {\n chain e {\n  jump d\n  ip saddr @x\n  counter name "n"\n }\n chain d {\n }\n set x {\n  type ipv4_addr\n }\n counter n {\n }\n}';
    expect(carriedOut(block).said).toEqual([]);
  });

  it.each([
    ['create table ip t', 'not-loadable table `t` is there already'],
    ['add chain ip t c { type filter hook input priority 0 ; }', 'not-loadable chain `c` is there already, and not hooked so'],
    [
      'insert rule ip t c ip saddr @s; add set ip t s { type ipv4_addr; }',
      'not-loadable `s` is not there when this command is carried out',
    ],
    ['rename chain ip t c d', 'not-loadable chain `c` is renamed in the text that makes it, which the kernel refuses'],
    ['create chain ip t c', 'not-loadable chain `c` is there already'],
    ['add rule ip t d drop', 'not-loadable table `ip t` has no chain `d`'],
    ['add rule ip6 t c drop', 'not-loadable there is no table `ip6 t`'],
    ['insert rule ip t c index 2 drop', 'not-loadable chain `c` has 2 rules, and none at index 2'],
    ['delete rule ip t c handle 5', 'not-loadable no rule of `c` has handle 5'],
    ['add element ip t s { 1 }', 'not-loadable table `ip t` has no set `s`'],
    ['delete set ip t s', 'not-loadable table `ip t` has no set `s`'],
    ['include "/etc/more.nft"', 'malformed "/etc/more.nft" is not read: only this text is'],
    ['rename rule ip t c', 'malformed there is no command `rename rule`'],
    ['add rule ip t c tcp dport $x', 'malformed `$x` is not defined'],
  ])('%s is refused: %s', (command, message) => {
    expect(carriedOut(...MADE, command).said).toEqual([message]);
  });

  it('elements are added and deleted; `create` takes none that is there', () => {
    const set = 'add set ip t s { type inet_service; }';
    expect(carriedOut(...MADE, set, 'add element t s { 1, 2 }', 'add element t s { 2, 3 }', 'delete element t s { 1 }').text).toContain(
      'elements = { 2, 3 }',
    );
    expect(carriedOut(...MADE, set, 'add element t s { 1 }', 'create element t s { 1 }').said).toEqual([
      'not-loadable element `1` is there already',
    ]);
  });

  it('variables stand for values, sets and names, in their block and within it', () => {
    const done = carriedOut(
      'define lan = { 10.0.0.0/8, 192.168.0.0/16 }',
      'define web = 80',
      'table ip t {',
      ' chain c {',
      '  define web = 81',
      '  ip saddr { $lan, 1.1.1.1 } tcp dport $web',
      '  jump $to',
      ' }',
      ' chain d {',
      '  tcp dport $web',
      ' }',
      '}',
    );
    expect(done.text).toContain('ip saddr { 10.0.0.0/8, 192.168.0.0/16, 1.1.1.1 } tcp dport 81');
    expect(done.text).toContain('tcp dport 80');
    expect(done.said).toEqual(['malformed `$to` is not defined']);
  });
});

describe('calls of nft in a shell', () => {
  it.each([
    ['nft add rule ip t c tcp dport 3'],
    ["nft 'add rule ip t c tcp dport 3'"],
    ['sudo nft "add rule ip t c tcp dport 3;"'],
    ['nft -f - <<EOF\nadd rule ip t c tcp dport 3\nEOF'],
    ['PORT=3\nnft add rule ip t c tcp dport $PORT'],
    ['for p in 3; do nft add rule ip t c tcp dport $p; done'],
    ["echo 'add rule ip t c tcp dport 3' | nft -f -"],
  ])('%s', (call) => {
    const made = `${['nft add table ip t', 'nft add chain ip t c', call].join('\n')}\n`;
    const { nft, diagnostics } = parseRules({ file: 'test', text: made });
    expect(diagnostics).toEqual([]);
    expect(nft?.tables[0]?.chains[0]?.rules).toHaveLength(1);
    expect(nft === undefined ? '' : printNft(nft)).toContain('tcp dport 3');
  });

  it('places are those in the script', () => {
    const text = 'nft add table ip t\nnft add chain ip t c\nnft "add rule ip t c tcp dport acept"\nnft add rule ip t no drop\n';
    const { diagnostics, nft } = parseRules({ file: 'test', text });
    expect(diagnostics.map(({ message, span }) => [message, text.slice(span.start, span.end)])).toEqual([
      ['table `ip t` has no chain `no`', 'no'],
    ]);
    const [rule] = nft?.tables[0]?.chains[0]?.rules ?? [];
    expect(rule?.line).toBe(3);
    expect(text.slice(rule?.start, rule?.end)).toBe('tcp dport acept');
  });
});

describe('texts with nft in them', () => {
  const TABLE = 'table inet t {\n\tchain c {\n\t\ttcp dport 80 accept\n\t}\n}\n';
  const SAVED = '# Generated by iptables-save v1.8.9\n*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -j REDIRECT --to-ports 80\nCOMMIT\n';

  it.each([
    ['alone', TABLE],
    ['with a warning of nft', `# Warning: table ip filter is managed by iptables-nft, do not touch!\n${TABLE}`],
    ['behind a prompt', `root@host:~# nft list ruleset\n${TABLE}root@host:~# \n`],
    ['of kubectl', `$ kubectl exec web-0 -c istio-proxy -- nft list ruleset\n${TABLE}`],
    ['in Markdown', `Rules:\n\n\`\`\`\n$ sudo nft list ruleset\n${TABLE}\`\`\`\n`],
    ['with the lines of Windows', TABLE.replaceAll('\n', '\r\n')],
  ])('%s', (_, text) => {
    const { nft, diagnostics, rulesets } = parseRules({ file: 'test', text });
    expect(diagnostics.filter(({ kind }) => kind !== 'warning')).toEqual([]);
    expect(rulesets).toEqual([]);
    expect(nft === undefined ? '' : printNft(nft)).toBe(TABLE);
  });

  it('beside what iptables-save printed, both are read', () => {
    for (const text of [SAVED + TABLE, TABLE + SAVED]) {
      const { nft, rulesets, diagnostics } = parseRules({ file: 'test', text });
      expect(diagnostics).toEqual([]);
      expect(nft === undefined ? '' : printNft(nft)).toBe(TABLE);
      expect(rulesets.map(({ tables }) => tables.map(({ name, chains }) => [name.text, chains[0]?.rules.length]))).toEqual([[['nat', 1]]]);
    }
  });
});
