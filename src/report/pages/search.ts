/** Which pages answer a word, or a pasted text: an exact page, a symptom whose words occur, else all pages that have the words. */
import { closest, nearest } from '../../lib/nearest.ts';
import type { Page, PageGroup } from './page.ts';

export type SearchAnswer =
  /** these pages are meant; `others` mention it too, best first */
  | { readonly kind: 'pages'; readonly pages: readonly Page[]; readonly others: readonly Page[] }
  /** best first, each with the words around the first match; `meant`: a page whose name is a slip away */
  | { readonly kind: 'hits'; readonly hits: readonly PageHit[]; readonly meant?: string }
  | { readonly kind: 'none'; readonly meant: string | undefined };

export interface PageHit {
  readonly page: Page;
  /** how many of the words it has */
  readonly matched: number;
  readonly excerpt: string;
}

export function searchPages(pages: readonly Page[], query: string): SearchAnswer {
  const wanted = plain(query);
  const exact = pages.filter(({ id, words = [] }) => [id, ...words].some((word) => plain(word) === wanted));
  if (exact.length > 0) return { kind: 'pages', pages: exact, others: [] };
  const tokens = tokensOf(wanted);
  const hits = tokens.length === 0 ? [] : hitsOf(pages, tokens);
  const symptoms = pages
    .filter((page) => page.group === 'symptom' && mentioned(wanted, page) > 0)
    .sort((x, y) => mentioned(wanted, y) - mentioned(wanted, x));
  const [symptom, ...weaker] = symptoms;
  if (symptom !== undefined) {
    const others = hits.flatMap(({ page }) => (symptoms.includes(page) ? [] : [page]));
    return { kind: 'pages', pages: [symptom], others: [...weaker, ...others] };
  }
  const meant = meantBy(pages, query, tokens);
  const isWhole = hits.some(({ matched }) => matched === tokens.length);
  if (isWhole || (hits.length > 0 && meant === undefined)) {
    const page = pageNear(pages, query);
    return { kind: 'hits', hits, ...(page !== undefined && { meant: page }) };
  }
  return { kind: 'none', meant };
}

/** Letters of the longest word of a page that stands in the question, as in a message that was pasted. Two letters are not enough. */
function mentioned(wanted: string, { id, words = [] }: Page): number {
  const found = [id, ...words].map(plain).filter((word) => word.length > 2 && ` ${wanted} `.includes(` ${word} `));
  return Math.max(0, ...found.map(({ length }) => length));
}

const IDLE = new Set(
  'a an and are as at be by can do does for from how i in is it my no not of on or the to was what when where which why with'.split(' '),
);

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
}

interface Token {
  readonly word: string;
  readonly stem: string;
}

function tokensOf(wanted: string): readonly Token[] {
  const all = wanted.split(' ').filter((word) => word !== '');
  const telling = all.filter((word) => !IDLE.has(word));
  return [...new Set(telling.length > 0 ? telling : all)].map((word) => ({ word, stem: stemOf(word) }));
}

/** `captured`, `captures` and `capture` are one word. */
function stemOf(word: string): string {
  return word.length < 5 ? word : word.replace(/(?:ations?|ings?|ed|es|e|s)$/, '');
}

/** Where a word weighs most first. */
const WEIGHTS: readonly (readonly [weight: number, (page: Page) => string])[] = [
  [12, ({ id }) => id],
  [6, ({ id }) => id.replace(/-.*/, '')],
  [6, ({ id }) => id.replace(/^(?:not?|pod)-/, '').replace(/-.*/, '')],
  [8, ({ words = [] }) => words.join(' ')],
  [6, ({ title }) => title],
  [4, ({ keys = [] }) => keys.map(({ name, says }) => `${name}: ${says}`).join('. ')],
  [2, ({ means }) => means],
  [1, ({ todo = '' }) => todo],
  [1, ({ see }) => see.map(({ run, look, asks = '' }) => `${asks} ${run}: ${look}`).join('. ')],
  [1, ({ why = '', example = [] }) => `${why} ${example.join(' ')}`],
];

function hitsOf(pages: readonly Page[], tokens: readonly Token[]): readonly PageHit[] {
  const scored = pages.flatMap((page) => {
    const fields = WEIGHTS.map(([weight, field]) => ({ weight, text: ` ${plain(field(page))} ` }));
    const scores = tokens.map((token) => fields.reduce((sum, { weight, text }) => sum + weight * occurrence(text, token), 0));
    const matched = scores.filter((score) => score > 0).length;
    const score = scores.reduce((sum, one) => sum + one, 0) * (LESS_LIKELY[page.group] ?? 1);
    return matched === 0 ? [] : [{ page, matched, score }];
  });
  // pages with all words, where there are some
  const most = Math.max(0, ...scored.map(({ matched }) => matched));
  return scored
    .filter(({ matched }) => matched === most)
    .sort((a, b) => b.score - a.score)
    .map(({ page, matched }) => ({ page, matched, excerpt: excerptOf(page, tokens) }));
}

/** The word itself, its stem, or, of a longer one, a part of another word. */
function occurrence(text: string, { word, stem }: Token): number {
  if (text.includes(` ${word} `)) return 1;
  if (text.includes(` ${stem}`)) return 0.7;
  return stem.length > 4 && text.includes(stem) ? 0.4 : 0;
}

/** Pages that fewer readers look for by words. */
const LESS_LIKELY: Readonly<Partial<Record<PageGroup, number>>> = { setting: 0.4, exception: 0.6, step: 0.7 };

const EXCERPT = 110;

/** The sentence with the first of the words; the title where it has one of them. */
function excerptOf(page: Page, tokens: readonly Token[]): string {
  const has = (text: string) => tokens.some(({ stem }) => ` ${plain(text)}`.includes(` ${stem}`));
  if (has(page.title)) return page.title;
  const key = (page.keys ?? []).map(({ name, says }) => `${name}: ${says}`).find(has);
  const texts = WEIGHTS.slice(4).flatMap(([, field]) => field(page).split(/(?<=[.;])\s+/));
  const found = key ?? texts.find(has) ?? page.title;
  return found.length <= EXCERPT ? found : `${found.slice(0, found.lastIndexOf(' ', EXCERPT))} ...`;
}

/** Of one word, longer than what a slip makes of any other. */
function pageNear(pages: readonly Page[], query: string): string | undefined {
  if (query.length < 4 || /\s/.test(query)) return undefined;
  const near = closest(
    query,
    pages.map(({ id }) => id),
  );
  return near !== undefined && near.distance > 0 && near.distance <= Math.min(2, query.length / 4) ? near.word : undefined;
}

function meantBy(pages: readonly Page[], query: string, tokens: readonly Token[]): string | undefined {
  const ids = pages.flatMap(({ id, words = [] }) => [id, ...words.filter((word) => !word.includes(' '))]);
  const near = closest(query, ids);
  if (near !== undefined && near.distance <= Math.min(2, query.length / 3)) return near.word;
  if (tokens.length > 1) return undefined;
  // a misspelt word of a text
  const vocabulary = [
    ...new Set(pages.flatMap(({ id, title, means, words = [] }) => plain(`${id} ${title} ${means} ${words}`).split(' '))),
  ];
  const best = query.length < 4 ? undefined : closest(query, vocabulary);
  return best !== undefined && best.distance <= 2 && best.word.length > 3 ? best.word : nearest(query, ids);
}
