/** Rules that differ in values only, found by their words: a tree whose leaves are forms of rules. A word that was not read as a value is
 *  compared letter by letter; a value is read again, and what depends on it is asked again (ruleForm.ts). Nothing of the language is known
 *  here: what is a value, the binder has told of the first rule of each form. */
import type { BindContext, ReadAs } from '../extensions/rule/boundRule.ts';
import { type LikeValueContext, readLikeValue, type ValueRead } from '../extensions/rule/readLikeValue.ts';
import { captures } from '../syntax/generated/iptablesSave.ts';
import type { Captured } from '../syntax/iptables/words.ts';
import type { RuleForm } from './ruleForm.ts';

export interface WordTree {
  readonly root: WordNode;
  readonly context: LikeValueContext;
  forms: number;
  /** of the rule that was looked up last: where its words start and end, and its values in their order */
  readonly starts: number[];
  readonly ends: number[];
  readonly values: ValueRead[];
  /** of its word at hand: the letters that would be a value, none where they may be something else */
  from: number;
  to: number;
}

interface WordNode {
  readonly words: { readonly text: string; readonly next: WordNode }[];
  value: { readonly as: ReadAs; readonly next: WordNode } | undefined;
  form: RuleForm | undefined;
}

/** A table with more has few rules of each. */
const MOST_FORMS = 1000;
const MOST_WORDS = 32;

export function newWordTree(context: BindContext): WordTree {
  return {
    root: newNode(),
    context: { ...context, plainAddresses: new Map() },
    forms: 0,
    starts: [],
    ends: [],
    values: [],
    from: 0,
    to: 0,
  };
}

function newNode(): WordNode {
  return { words: [], value: undefined, form: undefined };
}

/** The form that the rule may have. Its values are then in the tree. */
export function findForm(tree: WordTree, captured: Captured): RuleForm | undefined {
  const { text, to } = captured;
  let node = tree.root;
  let words = 0;
  let values = 0;
  for (let at = captured.from; at < to; words++) {
    at = takeWord(tree, { captured, at, number: words });
    let next: WordNode | undefined;
    if (node.value !== undefined && tree.from < tree.to) {
      const read = readLikeValue(node.value.as, text.slice(tree.from, tree.to), tree.context);
      if (read !== undefined) {
        tree.values[values++] = read;
        next = node.value.next;
      }
    }
    next ??= nextOf(node, { text, start: tree.starts[words] as number, end: tree.ends[words] as number });
    if (next === undefined) return undefined;
    node = next;
  }
  return node.form;
}

/** Leaves in the tree where the word is; returns where the next one begins. */
function takeWord(
  tree: WordTree,
  { captured: { text, events, to }, at, number }: { readonly captured: Captured; readonly at: number; readonly number: number },
): number {
  const start = events[at + 1] as number;
  const end = events[at + 2] as number;
  tree.starts[number] = start;
  tree.ends[number] = end;
  tree.from = start;
  tree.to = end;
  let next = at + 3;
  if (next < to && events[next] !== captures.word) {
    tree.from = start + 1;
    // quoted as a whole and without a backslash: the letters are as they stand
    tree.to = events[next] === captures.quoted && events[next + 1] === start ? end - 1 : start;
    next += 3;
    for (; next < to && events[next] !== captures.word; next += 3) tree.to = start;
  }
  const first = text.charCodeAt(tree.from);
  // `-` and `!` may begin something else than a value
  if (first === 45 || first === 33) tree.to = tree.from;
  return next;
}

function nextOf(
  { words }: WordNode,
  { text, start, end }: { readonly text: string; readonly start: number; readonly end: number },
): WordNode | undefined {
  for (const word of words) if (word.text.length === end - start && text.startsWith(word.text, start)) return word.next;
  return undefined;
}

/** Keeps what `make` knows of the rules that have other values where the words are that start at `taken`. */
export function keepForm(
  tree: WordTree,
  captured: Captured,
  { taken, make }: { readonly taken: ReadonlyMap<number, ReadAs>; readonly make: (values: readonly ReadAs[]) => RuleForm | undefined },
): void {
  if (tree.forms >= MOST_FORMS) return;
  const path = pathOf(tree, captured, taken);
  let node = tree.root;
  for (const step of path) {
    if ('as' in step) {
      node.value ??= { as: step.as, next: newNode() };
      if (!isReadAlike(node.value.as, step.as)) return;
      node = node.value.next;
      continue;
    }
    const known = nextOf(node, { text: step.text, start: 0, end: step.text.length });
    if (known === undefined && node.words.length >= MOST_WORDS) return;
    const next = known ?? newNode();
    if (known === undefined) node.words.push({ text: step.text, next });
    node = next;
  }
  if (node.form !== undefined) return;
  node.form = make(path.flatMap((step) => ('as' in step ? [step.as] : [])));
  tree.forms++;
}

/** The words of a rule: values that can be others, and text that has to be the same. */
function pathOf(
  tree: WordTree,
  captured: Captured,
  taken: ReadonlyMap<number, ReadAs>,
): readonly ({ readonly as: ReadAs } | { readonly text: string })[] {
  const { text, to } = captured;
  const path: ({ readonly as: ReadAs } | { readonly text: string })[] = [];
  for (let at = captured.from; at < to; ) {
    at = takeWord(tree, { captured, at, number: 0 });
    const [start, end] = [tree.starts[0] as number, tree.ends[0] as number];
    const as = tree.from < tree.to ? taken.get(start) : undefined;
    const isValue = as !== undefined && readLikeValue(as, text.slice(tree.from, tree.to), tree.context) !== undefined;
    path.push(isValue ? { as } : { text: text.slice(start, end) });
  }
  return path;
}

function isReadAlike(one: ReadAs, other: ReadAs): boolean {
  return one.kind === 'argument' ? other.kind === 'argument' && one.shape === other.shape : one.kind === other.kind;
}
