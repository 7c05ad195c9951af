/** The parts that a bundler makes are as many as there are ways to need a module: a hundred for one command, and each is a file to find, to
 *  read and to compile. Parts that the same commands load are one file here; each still runs when it is first required. */

export interface Part {
  readonly code: string;
  /** of parts that it requires as it is loaded, not later */
  readonly imports: readonly string[];
}

export interface Joined {
  readonly file: string;
  readonly code: string;
}

/** `starts`: the parts that a command begins with; those of the first one are loaded before every other one. Parts that none of these loads
 *  stay files of their own, and so does the first part, by which the programs are found. */
export function joinParts(parts: ReadonlyMap<string, Part>, starts: Readonly<Record<string, readonly string[]>>): readonly Joined[] {
  const users = new Map<string, string[]>();
  const [first] = Object.values(starts).flat();
  for (const [command, entries] of Object.entries(starts))
    for (const name of reached(parts, entries)) if (name !== first) users.set(name, [...(users.get(name) ?? []), command]);
  const groups = groupsOf(parts, users, Object.keys(starts)[0] ?? '');
  const fileOf = new Map([...users].map(([name, commands]) => [name, `${groups(commands).join('-')}.cjs`]));
  const files = new Map<string, string[]>();
  for (const [name, file] of fileOf) files.set(file, [...(files.get(file) ?? []), name]);
  const requiring = (code: string, here: string | undefined): string =>
    code.replaceAll(/\brequire\("\.\/([\w.-]+\.cjs)"\)/g, (whole, name: string) => {
      const file = fileOf.get(name);
      if (file === undefined) return whole;
      return file === here ? `require(${JSON.stringify(name)})` : `require("./${file}")(${JSON.stringify(name)})`;
    });
  const apart = [...parts].flatMap(([name, { code }]) => (fileOf.has(name) ? [] : [{ file: name, code: requiring(code, undefined) }]));
  const joined = [...files].map(([file, names]) => {
    const functions = names.map((name) => {
      const code = requiring(parts.get(name)?.code ?? '', file);
      // in brackets, as all of them are called: so that they are not read twice
      return `${JSON.stringify(name)}:(function(module,exports,require){${code}\n})`;
    });
    return { file, code: `"use strict";${LOADER}\nconst code={\n${functions.join(',\n')}};\n` };
  });
  return [...apart, ...joined];
}

/** Of less a file of its own costs more than what others then load in vain. */
const SMALL = 24_000;

/** By which commands a part is known that these load: few parts are in a file that others load as well. */
function groupsOf(
  parts: ReadonlyMap<string, Part>,
  users: ReadonlyMap<string, readonly string[]>,
  first: string,
): (commands: readonly string[]) => readonly string[] {
  const named = (commands: readonly string[]): readonly string[] => (commands.includes(first) ? [first] : commands);
  const sizes = new Map<string, number>();
  const groups = new Map<string, readonly string[]>();
  for (const [name, commands] of users) {
    const group = named(commands);
    groups.set(group.join(), group);
    sizes.set(group.join(), (sizes.get(group.join()) ?? 0) + (parts.get(name)?.code.length ?? 0));
  }
  const isSmall = (group: readonly string[]): boolean => (sizes.get(group.join()) ?? 0) < SMALL;
  const large = [...groups.values()].filter((group) => !isSmall(group)).toSorted((a, b) => a.length - b.length);
  return (commands) => {
    const group = named(commands);
    return isSmall(group) ? (large.find((other) => group.every((command) => other.includes(command))) ?? group) : group;
  };
}

/** As Node's own `require`: a part that is required while it runs is seen as far as it has come. */
const LOADER =
  'const made={},others=require;function part(name){let module=made[name];if(module===undefined){if(!Object.hasOwn(code,name))return others(name);made[name]=module={exports:{}};code[name](module,module.exports,part)}return module.exports}module.exports=part;';

function reached(parts: ReadonlyMap<string, Part>, starts: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const part = parts.get(name);
    if (found.has(name)) return;
    if (part === undefined) throw new Error(`there is no part ${name}`);
    found.add(name);
    part.imports.forEach(visit);
  };
  starts.forEach(visit);
  return found;
}
