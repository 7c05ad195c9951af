/** Which configuration counts, and what it may reach. */
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { confined } from '../config/confined.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { type RevisionTree, revisionTree } from '../git/revisionTree.ts';
import { complain } from '../io/messages.ts';
import { type ConfigOnBase, configOnBase } from './configOnBase.ts';

export interface SetUp {
  /** reads and writes what the configuration may */
  readonly call: Call;
  readonly loaded: LoadedConfig;
  readonly base?: Base;
}

export interface Base {
  readonly revision: string;
  readonly tree: RevisionTree;
  readonly config: ConfigOnBase;
  /** the configuration that counts is the base's own */
  readonly isTaken: boolean;
}

/** Undefined when there is no configuration or no base that can be used, which has been reported. */
export async function setUp(given: Call): Promise<SetUp | undefined> {
  const isTaken = optionIsSet(given.input, 'configFromBase');
  if (isTaken) return fromBase(given);
  const loaded = await loadConfig(given);
  if (loaded === undefined) return undefined;
  const call = await within(given, loaded);
  const revision = optionText(given.input, 'base') ?? loaded.config.base;
  if (revision === undefined) return { call, loaded };
  const tree = await treeOf(call, revision);
  return tree && { call, loaded, base: { revision, tree, config: await configOnBase(call, tree), isTaken } };
}

async function fromBase(given: Call): Promise<SetUp | undefined> {
  const revision = optionText(given.input, 'base');
  if (revision === undefined) {
    await complain(given.io, { message: '--config-from-base needs --base', help: '--base origin/main' });
    return undefined;
  }
  const tree = await treeOf(given, revision);
  if (tree === undefined) return undefined;
  const config = await configOnBase(given, tree);
  if (config.kind === 'data') {
    const { loaded } = config;
    return { call: await within(given, loaded), loaded, base: { revision, tree, config, isTaken: true } };
  }
  const why = config.kind === 'none' ? config.why : `\`${config.file}\` is code, which is not run as another revision has it`;
  await complain(given.io, {
    message: `--config-from-base: ${why}`,
    help: 'a configuration in YAML or JSON can be taken from any revision',
  });
  return undefined;
}

async function treeOf(call: Call, revision: string): Promise<RevisionTree | undefined> {
  const tree = await revisionTree(call.io, revision);
  if (!('problem' in tree)) return tree;
  await complain(call.io, { message: tree.problem, help: tree.help });
  return undefined;
}

async function within(call: Call, { isCode, folder, source }: LoadedConfig): Promise<Call> {
  if (isCode) return call;
  const free = [source.file, optionText(call.input, 'baseline'), call.io.env.GITHUB_STEP_SUMMARY].flatMap((path) => path ?? []);
  return { ...call, io: await confined(call.io, { folder, free: [...free, ...outputFiles(call)] }) };
}

/** Those of the command line are the user's. */
function outputFiles({ input }: Call): readonly string[] {
  const words = input.options.output;
  return (typeof words === 'object' ? words : []).flatMap((word) => word.split(',')).flatMap((word) => /=(.*)$/s.exec(word)?.[1] ?? []);
}
