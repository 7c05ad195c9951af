/** Sets, as `ipset save` and `ipset list` print them. man ipset(8) */
import type { SetDescription } from '../../host/hostDescription.ts';
import { lineParts } from './lineParts.ts';
import type { HostLine, HostPage } from './page.ts';

/** False: it is none of these. A member of a set that the text does not make is none. */
export function takeSetLine(page: HostPage, { text }: HostLine): boolean {
  const made = lineParts('create', text);
  if (made !== undefined) {
    const name = made.get('setName') ?? '';
    if (!page.sets.has(name)) page.sets.set(name, { type: made.get('setType') ?? '', options: made.get('setOptions') ?? '', members: [] });
    return true;
  }
  const added = lineParts('add', text);
  const set = added && page.sets.get(added.get('setName') ?? '');
  if (added === undefined || set === undefined) return false;
  const member = memberText(added.get('member') ?? '');
  if (!set.members.includes(member)) set.members.push(member);
  return true;
}

/** Of what a set is made with, what decides about packets. */
export function keptOptions(text: string): Pick<SetDescription, 'options'> {
  const kept = text.match(/\b(?:range|netmask|bitmask|markmask) \S+/g) ?? [];
  return kept.length > 0 ? { options: kept.join(' ') } : {};
}

/** What decides about packets: a comment, a timeout and counters do not. */
export function memberText(text: string): string {
  const plain = text.replace(/ comment "[^"]*"/, '');
  const [value = '', ...options] = plain.split(/[ \t]+/);
  const kept = options.flatMap((word, at) =>
    word === 'nomatch' || word === 'wildcard' ? [word] : /^(?:before|after)$/.test(word) ? [word, options[at + 1] ?? ''] : [],
  );
  return [value, ...kept].join(' ');
}

export interface ListedSet {
  name?: string;
  type?: string;
  header?: string;
  inMembers: boolean;
}

/** A line of `ipset list`; the state is that of the set around it. False: it is none. */
export function takeListedSet(page: HostPage, listed: ListedSet, { text }: HostLine): boolean {
  const [, key, value = ''] =
    /^(Name|Type|Header|Revision|Size in memory|References|Number of entries|Members|Default):[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
  if (key === 'Name') {
    listed.name = value;
    listed.inMembers = false;
    return true;
  }
  if (listed.name === undefined) return false;
  if (key === 'Type') listed.type = value;
  else if (key === 'Header') listed.header = value;
  else if (key === 'Members') {
    listed.inMembers = true;
    if (!page.sets.has(listed.name)) page.sets.set(listed.name, { type: listed.type ?? '', options: listed.header ?? '', members: [] });
  } else if (key === undefined && listed.inMembers && /^[^\s$#]/.test(text) && !/^\S+@/.test(text))
    page.sets.get(listed.name)?.members.push(memberText(text));
  else if (key === undefined) {
    delete listed.name;
    return false;
  }
  return true;
}
