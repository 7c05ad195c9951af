/** Arbitrary clauses of every extension, as text: derived from the option tables, so that a new extension is covered on the day it is listed. */
import fc from 'fast-check';
import type { Extension, ExtensionOptionSpec } from '../../src/extensions/contract/extension.ts';
import { protocol } from '../../src/extensions/shapes/protocol.ts';
import type { Family } from '../../src/packet/address.ts';
import { number, SHAPE_TEXT } from './shapeText.ts';

export interface ClauseText {
  readonly family: Family;
  /** a table in which it loads */
  readonly table: string;
  /** `-p`, where it needs one */
  readonly proto: string;
  /** `-m NAME` or `-j NAME` */
  readonly call: string;
  readonly options: readonly OptionText[];
}

export interface OptionText {
  readonly name: string;
  readonly inverted: boolean;
  readonly values: readonly string[];
}

export function ruleText({ proto, call, options }: ClauseText): string {
  const words = options.map(({ name: option, inverted, values }) =>
    [inverted ? '! ' : '', option, ...values.map((value) => ` ${quote(value)}`)].join(''),
  );
  return [proto, call, ...words].filter((part) => part !== '').join(' ');
}

export function quote(word: string): string {
  return `"${word.replace(/["'\\]/g, '\\$&')}"`;
}

const PROTOCOL_OF: Readonly<Record<string, string>> = {
  tcp: '-p tcp',
  udp: '-p udp',
  REJECT: '-p tcp',
  REDIRECT: '-p tcp',
  DNAT: '-p tcp',
  SNAT: '-p tcp',
  MASQUERADE: '-p tcp',
  CT: '-p tcp',
  ECN: '-p tcp',
  ecn: '-p tcp',
};

/** Values on which it depends what else may stand there. */
const OPTION_VALUES: Readonly<Record<string, fc.Arbitrary<readonly string[]>>> = {
  '--rateest1': fc.constantFrom(['e1'], ['e2']),
  '--rateest2': fc.constantFrom(['e1'], ['e2']),
  '--rateest-interval': fc.constantFrom(['250ms'], ['0.5s'], ['1sec'], ['3us'], ['8s'], ['9s']),
  '--rateest-ewmalog': fc.constantFrom(['1s'], ['16s'], ['500ms'], ['100s'], ['40msec'], ['2secs']),
  '--rt-type': fc.oneof(
    fc.constant(['0']),
    number(0xffff_ffff).map((type) => [type]),
  ),
};

/** Options that go together by the table; what an extension checks beside it may still refuse them. */
export function clauseText(extension: Extension): fc.Arbitrary<ClauseText> {
  return fc.constantFrom(...extension.families).chain((family) => {
    const shapes = SHAPE_TEXT[family];
    const optionText = (option: string, spec: ExtensionOptionSpec): fc.Arbitrary<OptionText> =>
      fc.record({
        name: fc.constant(option),
        inverted: spec.invertible === true ? fc.boolean() : fc.constant(false),
        values: OPTION_VALUES[option] ?? valuesOf(spec, shapes),
      });
    const [proto] = extension.protocols ?? [];
    return optionNames(extension).chain((names) =>
      fc.tuple(...names.map((option) => optionText(option, extension.options[option] as ExtensionOptionSpec))).map((options) => ({
        family,
        table: extension.tables?.[0] ?? extension.legacyTables?.[0] ?? (extension.tablesFor === undefined ? 'filter' : 'mangle'),
        proto: proto === undefined ? (PROTOCOL_OF[extension.name] ?? '') : `-p ${protocol.print(proto, { family })}`,
        call: `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`,
        options,
      })),
    );
  });
}

function valuesOf({ value, optional }: ExtensionOptionSpec, shapes: (typeof SHAPE_TEXT)[4]): fc.Arbitrary<readonly string[]> {
  const values = fc.tuple(...value.map((shape) => shapes[shape]));
  return optional === true ? fc.oneof(values, fc.constant([])) : values;
}

/** Options in the order of the table; those of further elements follow, each element after the option that opens it. */
function optionNames(extension: Extension): fc.Arbitrary<readonly string[]> {
  const all = Object.keys(extension.options);
  const opener = all.find((option) => extension.options[option]?.opensElement);
  const single = all.filter((option) => option !== opener);
  // few at a time, too: most options exclude others
  const asked = fc
    .oneof(fc.subarray(single), fc.subarray(single, { maxLength: Math.min(2, single.length) }))
    .map((some) => compatible(extension, some));
  if (opener === undefined) return asked;
  const inElement = all.filter((option) => extension.options[option]?.perElement);
  const further = fc.array(fc.subarray(inElement, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 });
  const needed = extension.options[opener]?.needs ?? [];
  const several = fc.tuple(fc.subarray(inElement, { maxLength: 2 }), further).map(([first, others]) => {
    return [...compatible(extension, [...needed, ...first]), ...others.flatMap((options) => [opener, ...options])];
  });
  return fc.oneof(asked, several);
}

function compatible({ options }: Extension, asked: readonly string[]): readonly string[] {
  const entries = Object.entries(options);
  const chosen = new Set([...entries.flatMap(([option, { required }]) => (required === true ? [option] : [])), ...asked]);
  for (const option of [...chosen]) for (const needed of options[option]?.needs ?? []) chosen.add(needed);
  for (const [option, { excludes = [] }] of entries) if (chosen.has(option)) for (const other of excludes) chosen.delete(other);
  return entries
    .map(([option]) => option)
    .filter((option) => chosen.has(option) && (options[option]?.needs ?? []).every((other) => chosen.has(other)));
}
