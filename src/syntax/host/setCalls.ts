/** Calls of ipset that a script has, carried out. man ipset(8) */
import type { SetDescription } from '../../host/hostDescription.ts';
import { keptOptions, memberText } from './setLines.ts';

/** By name; a set that is not here is not known. */
export type KnownSets = Map<string, SetDescription>;

const OPTIONS = /^(?:-exist|-!|-q|-quiet|-o|-output|-s|-sorted|-t|-terse)$/;

/** `words` follow the program. False: it changes no set. `input`: what it reads. */
export function setCall(sets: KnownSets, words: readonly string[], input?: string): boolean {
  const [verb = '', ...rest] = words.filter((word) => !OPTIONS.test(word));
  const [name = '', second = ''] = rest;
  switch (verb) {
    case 'create':
    case '-N':
    case 'n': {
      if (sets.has(name)) return true;
      sets.set(name, { type: second, members: [], ...keptOptions(rest.join(' ')) });
      return true;
    }
    case 'add':
    case '-A': {
      const set = sets.get(name);
      if (set === undefined) return true;
      const member = memberText(rest.slice(1).join(' '));
      if (!set.members.includes(member)) sets.set(name, { ...set, members: [...set.members, member] });
      return true;
    }
    case 'del':
    case '-D': {
      const set = sets.get(name);
      if (set !== undefined)
        sets.set(name, { ...set, members: set.members.filter((member) => member.replace(/ nomatch$/, '') !== second) });
      return true;
    }
    case 'flush':
    case '-F':
      for (const [key, set] of sets) if (name === '' || key === name) sets.set(key, { ...set, members: [] });
      return true;
    case 'destroy':
    case '-X':
    case 'x':
      for (const key of [...sets.keys()]) if (name === '' || key === name) sets.delete(key);
      return true;
    case 'swap':
    case '-W': {
      const [one, other] = [sets.get(name), sets.get(second)];
      if (one !== undefined && other !== undefined) sets.set(name, other).set(second, one);
      return true;
    }
    case 'rename':
    case '-E': {
      const set = sets.get(name);
      sets.delete(name);
      if (set !== undefined) sets.set(second, set);
      return true;
    }
    case 'restore':
    case '-R':
      for (const line of (input ?? '').split('\n')) setCall(sets, line.trim().split(/[ \t]+/));
      return true;
    default:
      return false;
  }
}
