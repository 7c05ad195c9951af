/** What `-m`, `-j`, `-g` and an implied protocol match load. iptables xshared.c command_match(), command_jump(), load_proto() */

import { distance } from '../../lib/nearest.ts';
import type { Word } from '../../syntax/iptables/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Extension } from '../contract/extension.ts';
import { protocolMatchName } from '../shapes/protocol.ts';
import { findMatch, findTarget, MATCHES, TARGETS } from './registry.ts';
import { openClause, type RuleState, refuse } from './ruleState.ts';
import { isKnownMatch, isKnownTarget } from './unmodelled.ts';

export function openMatch(state: RuleState, name: string, span: Span): void {
  const extension = findMatch(name);
  const { family } = state.context;
  const stranger = extension === undefined && isStranger(state, name, MATCHES);
  if (extension === undefined && !isKnownMatch(name) && !stranger) {
    const meant = MATCHES.find((known) => isSlip(name.toLowerCase(), known.name))?.name;
    const help = meant === undefined ? undefined : `write \`-m ${meant}\``;
    refuse(state, { kind: 'not-loadable', span, code: 'unknown-match', message: `unknown match \`${name}\``, help });
  } else if (extension !== undefined && !extension.families.includes(family)) {
    refuse(state, {
      kind: 'not-loadable',
      span,
      code: 'wrong-family',
      message: `match \`${name}\` is not available for IPv${family}`,
    });
  }
  const clause = openClause(extension?.name ?? name, extension, span);
  clause.stranger = stranger;
  if (extension === undefined) clause.opaque = `match \`${name}\``;
  state.matches.push(clause);
  const again = state.loaded.find((entry) => entry.clause.name === clause.name && entry.extension === extension);
  if (again === undefined) state.loaded.push({ extension, clause });
  else again.clause = clause;
}

/** An extension that is known where the rule was printed and not here. Saved text is edited by hand, too: a slip of the pen is none. */
function isStranger(state: RuleState, name: string, known: readonly Extension[]): boolean {
  if (!state.saved || !/^[\w-]{1,28}$/.test(name) || isKnownMatch(name) || isKnownTarget(name)) return false;
  return known.every((one) => !isSlip(name.toLowerCase(), one.name.toLowerCase()));
}

export function isSlip(written: string, known: string): boolean {
  const edits = distance(written, known);
  if (edits === 0 || (written.length === known.length && [...written].sort().join() === [...known].sort().join())) return true;
  return written.length > 3 && !/\d$/.test(written) && edits <= (written.length > 6 ? 2 : 1);
}

/** Loads the match of the rule's `-p` when an option needs it; false when there is none to load. */
export function loadProtocolMatch(state: RuleState): boolean {
  const { proto } = state.base;
  if (proto === undefined || state.implicitDone) return false;
  state.implicitDone = true;
  const written = state.words.find(({ end }) => end === proto.span.end)?.text.replace(/^(?:-p|--p\w*=)(?=.)/, '') ?? '';
  const name = protocolMatchName(written);
  const extension = name === undefined ? undefined : findMatch(name);
  if (name === undefined || extension === undefined || !extension.families.includes(state.context.family)) return false;
  openMatch(state, name, proto.span);
  return true;
}

export function openTarget(state: RuleState, option: 'jump' | 'goto', word: Word): void {
  if (state.target !== undefined) {
    refuse(state, { span: word, code: 'several-targets', message: 'a rule has only one target', help: 'split it into two rules' });
    return;
  }
  const { family, chainNamed } = state.context;
  const extension = option === 'goto' ? undefined : findTarget(word.text);
  const stranger =
    extension === undefined &&
    option === 'jump' &&
    /^[A-Z0-9]+$/.test(word.text) &&
    chainNamed(word.text) === undefined &&
    isStranger(state, word.text, TARGETS);
  if (extension === undefined && !stranger && (option === 'goto' || !isKnownTarget(word.text) || chainNamed(word.text) !== undefined)) {
    state.target = { kind: option, word };
    return;
  }
  if (extension !== undefined && !extension.families.includes(family)) {
    refuse(state, {
      kind: 'not-loadable',
      span: word,
      code: 'wrong-family',
      message: `target \`${word.text}\` is not available for IPv${family}`,
    });
  }
  const clause = openClause(word.text, extension, word);
  clause.stranger = stranger;
  if (extension === undefined) clause.opaque = `target \`${word.text}\``;
  state.loaded.push({ extension, clause });
  state.target = { kind: 'extension', clause };
}
