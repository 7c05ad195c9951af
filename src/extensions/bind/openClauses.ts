/** What `-m`, `-j`, `-g` and an implied protocol match load. iptables xshared.c command_match(), command_jump(), load_proto() */
import type { Word } from '../../syntax/ast.ts';
import type { Span } from '../../syntax/source.ts';
import { findMatch, findTarget, MATCHES } from '../registry.ts';
import { protocolMatchName } from '../shapes/protocol.ts';
import { openClause, refuse, type State } from './ruleState.ts';
import { isKnownMatch, isKnownTarget } from './unmodelled.ts';

export function openMatch(state: State, name: string, span: Span): void {
  const extension = findMatch(name);
  const { family } = state.context;
  if (extension === undefined && !isKnownMatch(name)) {
    const help = MATCHES.some((known) => known.name === name.toLowerCase()) ? `write \`-m ${name.toLowerCase()}\`` : undefined;
    refuse(state, { kind: 'not-loadable', span, message: `there is no match \`${name}\``, help });
  } else if (extension !== undefined && !extension.families.includes(family)) {
    refuse(state, { kind: 'not-loadable', span, message: `there is no match \`${name}\` for IPv${family}` });
  }
  const clause = openClause(extension?.name ?? name, extension, span);
  if (extension === undefined) clause.opaque = `match \`${name}\``;
  state.matches.push(clause);
  const again = state.loaded.find((entry) => entry.clause.name === clause.name && entry.extension === extension);
  if (again === undefined) state.loaded.push({ extension, clause });
  else again.clause = clause;
}

/** Loads the match of the rule's `-p` when an option asks for it; false when there is none to load. */
export function loadProtocolMatch(state: State): boolean {
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

export function openTarget(state: State, option: 'jump' | 'goto', word: Word): void {
  if (state.target !== undefined) {
    refuse(state, { span: word, message: 'a rule has only one target', help: 'split it into two rules' });
    return;
  }
  const { family, isChain } = state.context;
  const extension = option === 'goto' ? undefined : findTarget(word.text);
  if (extension === undefined && (option === 'goto' || isChain(word.text) || !isKnownTarget(word.text))) {
    state.target = { kind: option, word };
    return;
  }
  if (extension !== undefined && !extension.families.includes(family)) {
    refuse(state, { kind: 'not-loadable', span: word, message: `there is no target \`${word.text}\` for IPv${family}` });
  }
  const clause = openClause(word.text, extension, word);
  if (extension === undefined) clause.opaque = `target \`${word.text}\``;
  state.loaded.push({ extension, clause });
  state.target = { kind: 'extension', clause };
}
