/** What was done to a text, line by line in the order of the result: the same done by hand gives the same text. */
import type { FixEdit } from '../prove/proof/provedFix.ts';
import { type DocumentLine, isRuleOf, type RuleDocument } from './ruleDocument.ts';

/** `moved`: lines of `before` that stand elsewhere. */
export function editsBetween(before: RuleDocument, after: RuleDocument, moved: ReadonlySet<number>): readonly FixEdit[] {
  const isKept = ({ origin }: DocumentLine): boolean => origin !== undefined && !moved.has(origin);
  const left = new Set(after.map(({ origin }) => origin));
  const deleted = before.flatMap(({ text, origin }): readonly FixEdit[] =>
    origin === undefined || left.has(origin) ? [] : [{ kind: 'delete', rule: text.trimEnd(), line: origin }],
  );
  const placed = after.flatMap((line, index): readonly FixEdit[] => {
    if (isKept(line)) return [];
    const { text, origin } = line;
    const above = after.slice(0, index).findLast(isKept);
    const below = after.slice(index + 1).find(isKept);
    const chain = /(?<=^(?:\[\d+:\d+\] )?-A )\S+/.exec(text)?.[0] ?? '';
    const isHere = (one: DocumentLine | undefined): boolean => one !== undefined && isRuleOf(one, chain);
    const goesDown = origin !== undefined && origin < (above?.origin ?? 0);
    const side = isHere(above) && (goesDown || !isHere(below)) ? 'below' : 'above';
    const anchor = (side === 'below' ? above : below) ?? above;
    return [
      {
        kind: origin === undefined ? 'insert' : 'move',
        rule: text.trimEnd(),
        ...(origin === undefined ? {} : { line: origin }),
        ...(anchor?.origin === undefined ? {} : { to: { side, line: anchor.origin } }),
      },
    ];
  });
  return [...deleted, ...placed];
}
