/** All statements, in the order of the documentation. */
import type { Statement, StatementKind } from '../contract/statement.ts';
import { ctCount, dynamic, last, limitStatement, meter, quotaStatement } from './counting.ts';
import { comparison } from './match.ts';
import { natStatement } from './nat.ts';
import { counter, log, notrack, object, other, xt } from './others.ts';
import { reject } from './reject.ts';
import { tproxy } from './tproxy.ts';
import { verdict, vmap } from './verdicts.ts';
import { write } from './write.ts';

export const STATEMENTS: { readonly [Kind in StatementKind]: Statement<Kind> } = {
  match: comparison,
  verdict,
  vmap,
  nat: natStatement,
  tproxy,
  reject,
  write,
  notrack,
  counter,
  log,
  limit: limitStatement,
  quota: quotaStatement,
  'ct count': ctCount,
  last,
  dynamic,
  meter,
  object,
  other,
  xt,
};
