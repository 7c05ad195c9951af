/** Where chainwalk and iptables are known to differ on a line: each limit says exactly what differs. grammars/EXTENSIONS.md has them in words. */
import type { Backend } from '../iptables.ts';
import type { Ours } from './ourAnswer.ts';
import type { Line } from './randomLines.ts';
import type { Their } from './theirAnswers.ts';

export interface Doubt {
  readonly line: Line;
  readonly backend: Backend;
  readonly ours: Ours;
  readonly mine: Their;
  readonly theirs: Readonly<Record<Backend, Their>>;
}

export interface Limit {
  readonly id: string;
  readonly holds: (doubt: Doubt) => boolean;
}

export const SETUP: readonly string[] = [];

export const MAY_BE_MISSING =
  /-m nfacct|-j (?:CLUSTERIP|LED|SECMARK|ULOG|CONNSECMARK)|--helper|--timeout|--match-set|-set|--path|--object-pinned|--label/;

export const LIMITS: readonly Limit[] = [];
