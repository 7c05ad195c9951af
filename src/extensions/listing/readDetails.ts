/** What `iptables -L` prints behind the addresses of a rule -> words of the rule: its matches one after another, then its target. */
import type { Family } from '../../packet/address.ts';
import type { ListedDetails, ListedText, ListedWord } from '../../syntax/listing/listedDetails.ts';
import type { Extension } from '../contract/extension.ts';
import { findTarget } from '../rule/registry.ts';
import { formOf, formsOf, type ReadyForm, type ReadyPiece } from './forms.ts';

interface Open {
  readonly form: ReadyForm;
  readonly words: ListedWord[];
  /** pieces that it has had */
  readonly had: Set<ReadyPiece>;
}

interface Taken {
  readonly found: Found;
  readonly into: Open;
}

interface Found {
  readonly piece: ReadyPiece;
  readonly parts: readonly string[];
  readonly end: number;
}

export function readDetails({ text, target, family }: ListedText): ListedDetails {
  const extension = targetOf(target, family);
  const ofTarget = extension === undefined ? undefined : open(formOf(extension));
  const matches: Open[] = [];
  const goes = /^\[goto\](?=\s|$)/.exec(text)?.[0].length ?? 0;
  let at = skipBlanks(text, goes);
  let started = false;
  while (at < text.length) {
    const taken: Taken | undefined = (started ? undefined : inMatches(text, at, { matches, family })) ?? inTarget(text, at, ofTarget);
    if (taken === undefined) break;
    const { piece, parts, end } = taken.found;
    started ||= taken.into === ofTarget;
    taken.into.had.add(piece);
    taken.into.words.push(...piece.words(...parts).map((word) => ({ text: word, start: at, end })));
    at = skipBlanks(text, end);
  }
  const isWhole = at >= text.length;
  const hidesTarget = !isWhole && ofTarget?.form.hasOptions === true;
  return {
    isGoto: goes > 0,
    matches: matches.map(({ form, words }) => ({
      name: form.name,
      words: [...words, ...form.adds.map((word) => ({ text: word, start: 0, end: 0 }))],
    })),
    target: hidesTarget ? [] : (ofTarget?.words ?? []),
    hidesTarget,
    ...(!isWhole && { unread: { start: at, end: text.length } }),
  };
}

function targetOf(target: string | undefined, family: Family): Extension | undefined {
  const extension = target === undefined ? undefined : findTarget(target);
  return extension?.families.includes(family) === true ? extension : undefined;
}

function open(form: ReadyForm): Open {
  return { form, words: [], had: new Set() };
}

function inTarget(text: string, at: number, into: Open | undefined): Taken | undefined {
  const found = into && best(text, at, into.form.all);
  return into === undefined || found === undefined ? undefined : { found, into };
}

/** Of the match that is open, or of one that begins here. */
function inMatches(
  text: string,
  at: number,
  { matches, family }: { readonly matches: Open[]; readonly family: Family },
): Taken | undefined {
  const current = matches.at(-1);
  if (current !== undefined) {
    const found = best(
      text,
      at,
      current.form.inside.filter((piece) => current.form.opens || !current.had.has(piece)),
    );
    if (found !== undefined) return { found, into: current };
  }
  let begins: { readonly found: Found; readonly form: ReadyForm } | undefined;
  for (const form of formsOf(family)) {
    const found = best(text, at, form.begins);
    if (found !== undefined && (begins === undefined || found.end > begins.found.end)) begins = { found, form };
  }
  if (begins === undefined) return undefined;
  const into = open(begins.form);
  matches.push(into);
  return { found: begins.found, into };
}

/** The longest piece that is there. */
function best(text: string, at: number, pieces: readonly ReadyPiece[]): Found | undefined {
  let longest: Found | undefined;
  for (const piece of pieces) {
    piece.pattern.lastIndex = at;
    const [whole, ...parts] = piece.pattern.exec(text) ?? [];
    const end = at + (whole?.length ?? 0);
    if (whole !== undefined && (longest === undefined || end > longest.end))
      longest = { piece, parts: parts.map((part) => part ?? ''), end };
  }
  return longest;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[\s\0]/.test(text.charAt(at))) at++;
  return at;
}
