/** Which configuration counts, and what it may reach. */
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { confined } from '../config/confined.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { mergeBaseOf } from '../git/mergeBase.ts';
import { type RevisionTree, revisionTree } from '../git/revisionTree.ts';
import { complain } from '../io/messages.ts';
import { type ConfigOnBase, configOnBase } from './configOnBase.ts';
import { list } from './list.ts';

export interface SetUp {
  /** reads and writes what the configuration may */
  readonly call: Call;
  readonly loaded: LoadedConfig;
  readonly base?: Base;
  /** the base cannot be used, which has been reported: the rest is only read, for what is wrong with it */
  readonly isLost?: true;
}

export interface Base {
  /** with which is compared: where HEAD left the one that was given */
  readonly revision: string;
  readonly tree: RevisionTree;
  /** of the revision that was given: a branch does not choose an old configuration by where it leaves */
  readonly given: RevisionTree;
  readonly notes: readonly string[];
  readonly config: ConfigOnBase;
  /** the configuration that counts is the base's own */
  readonly isTaken: boolean;
}

/** Undefined when there is no configuration that can be used, which has been reported. */
export async function setUp(given: Call): Promise<SetUp | undefined> {
  const isTaken = optionIsSet(given.input, 'configFromBase');
  if (isTaken) return fromBase(given);
  const loaded = await loadConfig(given);
  if (loaded === undefined) return undefined;
  const call = await within(given, loaded);
  const revision = optionText(given.input, 'base') ?? loaded.config.base;
  if (revision === undefined) return { call, loaded };
  const trees = await treesOf(call, revision);
  if (trees === undefined) return { call, loaded, isLost: true };
  return { call, loaded, base: { ...trees, config: await configOnBase(call, trees.tree), isTaken } };
}

async function fromBase(given: Call): Promise<SetUp | undefined> {
  const revision = optionText(given.input, 'base');
  if (revision === undefined) {
    await complain(given.io, { message: '--config-from-base needs --base', help: '--base origin/main' });
    return undefined;
  }
  const trees = await treesOf(given, revision);
  if (trees === undefined) return undefined;
  const config = await configOnBase(given, trees.given);
  if (config.kind === 'data') {
    const { loaded } = config;
    return { call: await within(given, loaded), loaded, base: { ...trees, config, isTaken: true } };
  }
  const why = config.kind === 'none' ? config.why : `\`${config.file}\` is code, which is not run as another revision has it`;
  await complain(given.io, {
    message: `--config-from-base: ${why}`,
    help: 'a configuration in YAML or JSON can be taken from any revision',
  });
  return undefined;
}

async function treesOf(call: Call, asked: string): Promise<Pick<Base, 'revision' | 'tree' | 'given' | 'notes'> | undefined> {
  const given = await treeOf(call, asked);
  if (given === undefined) return undefined;
  const { revision, note } = await mergeBaseOf(call.io, asked);
  const tree = revision === asked ? given : await treeOf(call, revision);
  return tree && { revision, tree, given, notes: list(note) };
}

async function treeOf(call: Call, revision: string): Promise<RevisionTree | undefined> {
  const tree = await revisionTree(call.io, revision);
  if (!('problem' in tree)) return tree;
  await complain(call.io, { message: tree.problem, help: tree.help });
  return undefined;
}

async function within(call: Call, { isCode, folder, source }: LoadedConfig): Promise<Call> {
  if (isCode) return call;
  const free = [source.file, optionText(call.input, 'baseline'), call.io.env.GITHUB_STEP_SUMMARY, call.io.page].flatMap(
    (path) => path ?? [],
  );
  return { ...call, io: await confined(call.io, { folder, free: [...free, ...outputFiles(call)] }) };
}

/** Those of the command line are the user's. */
function outputFiles({ input }: Call): readonly string[] {
  const words = input.options.output;
  return (typeof words === 'object' ? words : []).flatMap((word) => word.split(',')).flatMap((word) => /=(.*)$/s.exec(word)?.[1] ?? []);
}
