/** A shell script as a tree: as much of the language as scripts that call iptables are made of. POSIX shell, section 2.9; bash(1) */
import type { Span } from '../text/source.ts';

/** A part of a word. `quoted`: neither split into fields nor taken for a pattern. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | ({ readonly kind: 'parameter'; readonly name: string; readonly quoted: boolean; readonly edit?: Edit } & Span)
  | ({ readonly kind: 'command'; readonly list: readonly ShellNode[]; readonly quoted: boolean } & Span)
  | ({ readonly kind: 'arithmetic'; readonly text: string; readonly quoted: boolean } & Span);

/** What `${NAME...}` does with the value: `:-`, `-`, `:=`, `=`, `:+`, `+`, `:?`, `?`, `%`, `%%`, `#`, `##`; `length`; `other` is not evaluated. */
export interface Edit {
  readonly operator: string;
  readonly word: ShellWord;
}

export interface ShellWord extends Span {
  readonly parts: readonly WordPart[];
}

export interface HereDocument {
  /** lines with their ends; the words of `<<'END'` are text alone */
  readonly lines: readonly ShellWord[];
}

export interface Redirect extends Span {
  readonly operator: string;
  /** the file descriptor that was written before it */
  readonly descriptor?: string;
  readonly target: ShellWord;
  readonly here?: HereDocument;
}

export interface ShellAssignment extends Span {
  readonly name: string;
  readonly append: boolean;
  /** several words: `NAME=(A B)` */
  readonly value: ShellWord | readonly ShellWord[];
}

export interface Simple extends Span {
  readonly kind: 'simple';
  readonly assignments: readonly ShellAssignment[];
  readonly words: readonly ShellWord[];
  readonly redirects: readonly Redirect[];
}

/** Words and operators between `[[` and `]]`. */
export type TestToken = ShellWord | { readonly operator: string };

export type Compound =
  | { readonly kind: 'group' | 'subshell'; readonly body: readonly ShellNode[] }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly ShellNode[] }
  | { readonly kind: 'while'; readonly until: boolean; readonly condition: readonly ShellNode[]; readonly body: readonly ShellNode[] }
  /** without words: over the arguments */
  | { readonly kind: 'for'; readonly name: string; readonly words?: readonly ShellWord[]; readonly body: readonly ShellNode[] }
  | { readonly kind: 'count'; readonly clauses: readonly string[]; readonly body: readonly ShellNode[] }
  | { readonly kind: 'case'; readonly subject: ShellWord; readonly arms: readonly Arm[] }
  | { readonly kind: 'test'; readonly tokens: readonly TestToken[] }
  | { readonly kind: 'arithmetic'; readonly text: string };

export interface Branch {
  readonly condition: readonly ShellNode[];
  readonly body: readonly ShellNode[];
}

export interface Arm {
  readonly patterns: readonly ShellWord[];
  readonly body: readonly ShellNode[];
  /** `;&` and `;;&` are not evaluated */
  readonly end: string;
}

export type ShellNode =
  | Simple
  | (Compound & Span & { readonly redirects: readonly Redirect[] })
  | (Span & { readonly kind: 'pipeline'; readonly negated: boolean; readonly stages: readonly ShellNode[] })
  | (Span & {
      readonly kind: 'andOr';
      readonly first: ShellNode;
      readonly rest: readonly { readonly operator: '&&' | '||'; readonly node: ShellNode }[];
    })
  | (Span & { readonly kind: 'function'; readonly name: string; readonly body: ShellNode })
  /** table blocks of a dump that stand in the text as they are */
  | (Span & { readonly kind: 'dump' });
