/** A tree as `nft list ruleset` prints it. nftables src/rule.c */
import type { NftChainNode, NftFlowtableNode, NftName, NftObjectNode, NftRulesetNode, NftSetNode, NftTableNode } from './ast.ts';
import { elementsOnLine } from './elementLayout.ts';
import { printNftElement, printNftExpression } from './printExpression.ts';
import { type NftPrinting, printHandle, printNftRule, printNftStatement } from './printStatement.ts';

export function printNft({ tables }: NftRulesetNode, { handles }: { readonly handles: boolean } = { handles: false }): string {
  return tables.map((table) => printTable(table, { indent: '\t\t', handles })).join('');
}

function printTable(table: NftTableNode, printing: NftPrinting): string {
  const head = [
    ...(table.flags.length > 0 ? [`\tflags ${table.flags.map(({ text }) => text).join(',')}\n`] : []),
    ...(table.comment === undefined ? [] : [`\tcomment "${table.comment.text}"\n`]),
  ];
  const items = [
    ...table.objects.map((object) => printObject(object, printing)),
    ...table.sets.map((set) => printSet(set, printing)),
    ...table.flowtables.map((flowtable) => printFlowtable(flowtable, printing)),
    ...table.chains.map((chain) => printChain(chain, printing)),
  ];
  // nft has no empty line between the comment of a table and what is in it
  const gap = table.flags.length > 0 && items.length > 0 ? '\n' : '';
  const open = `table ${table.family} ${table.name.text} {${printHandle(table.handle, printing)}\n`;
  return `${open}${head.join('')}${gap}${items.join('\n')}}\n`;
}

interface Item {
  readonly kind: string;
  readonly name: NftName;
  readonly handle?: number;
}

function block({ kind, name, handle }: Item, lines: readonly string[], printing: NftPrinting): string {
  return `\t${kind} ${name.text} {${printHandle(handle, printing)}\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

function printChain({ name, handle, base, comment, rules }: NftChainNode, printing: NftPrinting): string {
  const lines = comment === undefined ? [] : [`comment "${comment.text}"`];
  if (base !== undefined) {
    const { type, hook, devices, priority, policy, flags } = base;
    const [device] = devices;
    const on =
      device === undefined
        ? ''
        : devices.length === 1
          ? ` device "${device.text}"`
          : ` devices = { ${devices.map(({ text }) => text).join(', ')} }`;
    const end = flags.length > 0 ? ` flags ${flags.map(({ text }) => text).join(',')};` : '';
    lines.push(`type ${type.text} hook ${hook.text}${on} priority ${printPriority(priority)}; policy ${policy?.text ?? 'accept'};${end}`);
  }
  for (const rule of rules) lines.push(printNftRule(rule, printing));
  return block({ kind: 'chain', name, ...(handle !== undefined && { handle }) }, lines, printing);
}

function printPriority({ name, offset }: NonNullable<NftChainNode['base']>['priority']): string {
  if (name === undefined) return String(offset);
  return offset === 0 ? name : `${name} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`;
}

function printSet(set: NftSetNode, printing: NftPrinting): string {
  const value = set.value === undefined ? '' : ` : ${set.valueIsInterval === true ? 'interval ' : ''}${printKey(set.value)}`;
  const lines = [`${'of' in set.key ? 'typeof' : 'type'} ${printKey(set.key)}${value}`];
  const add = (name: string, said: NftName | undefined): void => {
    if (said !== undefined) lines.push(`${name} ${said.text}`);
  };
  add('policy', set.policy?.text === 'performance' ? undefined : set.policy);
  add('size', set.size);
  if (set.flags.length > 0) lines.push(`flags ${set.flags.map(({ text }) => text).join(',')}`);
  for (const statement of set.statements) lines.push(printNftStatement(statement));
  if (set.autoMerge === true) lines.push('auto-merge');
  add('timeout', set.timeout);
  add('gc-interval', set.gcInterval);
  if (set.comment !== undefined) lines.push(`comment "${set.comment.text}"`);
  if (set.elements.length > 0) lines.push(printElements(set));
  return block({ kind: set.kind, name: set.name, ...(set.handle !== undefined && { handle: set.handle }) }, lines, printing);
}

function printKey(key: NftSetNode['key']): string {
  return 'of' in key ? printNftExpression(key.of, printNftStatement) : key.types.map(({ text }) => text).join(' . ');
}

function printElements(set: NftSetNode): string {
  const perLine = elementsOnLine(set.key);
  const parts = set.elements.map((element, at) => {
    const before = at === 0 ? '' : at % perLine === 0 ? ',\n\t\t\t     ' : ', ';
    return `${before}${printNftElement(element, printNftStatement)}`;
  });
  return `elements = { ${parts.join('')} }`;
}

/** Words that begin a line of an object. */
const STARTS = new Set([
  'l3proto',
  'policy',
  'dport',
  'timeout',
  'size',
  'wscale',
  'timestamp',
  'sack-perm',
  'devices',
  'flags',
  'counter',
]);

function linesOf(says: readonly NftName[]): readonly string[] {
  const lines: string[] = [];
  let depth = 0;
  for (const { text } of says) {
    const last = lines.at(-1);
    const goesOn = last !== undefined && (depth > 0 || !STARTS.has(text) || (text === 'sack-perm' && last === 'timestamp'));
    if (goesOn) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
    depth += text === '{' ? 1 : text === '}' ? -1 : 0;
  }
  return lines;
}

function printObject({ kind, name, handle, comment, says }: NftObjectNode, printing: NftPrinting): string {
  const lines = [
    ...(comment === undefined ? [] : [`comment "${comment.text}"`]),
    ...(kind === 'synproxy' ? synproxyLines(says) : kind.startsWith('ct ') ? linesOf(says) : [said(says)]),
  ];
  return block(
    { kind, name, ...(handle !== undefined && { handle }) },
    lines.filter((line) => line !== ''),
    printing,
  );
}

/** Both flags on one line, with the blank between them where there is only one. */
function synproxyLines(says: readonly NftName[]): readonly string[] {
  const lines = linesOf(says);
  const sizes = lines.filter((line) => /^(?:mss|wscale) /.test(line) || line === 'mss');
  const flags = ['timestamp', 'sack-perm'].map((flag) => (says.some(({ text }) => text === flag) ? flag : ''));
  return [...sizes, ...(flags.some((flag) => flag !== '') ? [flags.join(' ')] : [])];
}

function said(says: readonly NftName[]): string {
  return says.map(({ text }) => text).join(' ');
}

function printFlowtable({ name, handle, says }: NftFlowtableNode, printing: NftPrinting): string {
  return block({ kind: 'flowtable', name, ...(handle !== undefined && { handle }) }, linesOf(says), printing);
}
