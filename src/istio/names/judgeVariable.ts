/** Whether anybody reads an environment variable where it stands, and which one was probably meant. */
import { closest } from '../../lib/nearest.ts';
import { ENV_SETTINGS, FLAGS, type Flag } from '../settings/flags.ts';
import { isKnownVariable } from '../settings/settingSource.ts';
import { isIstiodVariable, isLibraryVariable, MACHINE_VARIABLES, METADATA_VARIABLES, PRINTED_NAMES, PROXY_VARIABLES } from './variables.ts';

/** proxyMetadata, which is there for proxies alone; a container, where others have variables too; cluster.env of a virtual machine. */
export type VariablePlace = 'proxyMetadata' | 'container' | 'machine';

/** What is wrong with a name, lower case, without a full stop. */
export interface NameProblem {
  readonly message: string;
  readonly help?: string;
}

const FLAG_VARIABLES = [
  ...(FLAGS satisfies readonly Flag[] as readonly Flag[]).flatMap(({ env }) => env),
  ...ENV_SETTINGS.map(({ name }) => name),
];
const OF_PROXIES = [...new Set([...FLAG_VARIABLES, ...METADATA_VARIABLES, ...PROXY_VARIABLES])];
const OF_MACHINES = [...new Set([...OF_PROXIES, ...MACHINE_VARIABLES])];
const KNOWN: Readonly<Record<VariablePlace, ReadonlySet<string>>> = {
  proxyMetadata: new Set(OF_PROXIES),
  container: new Set(OF_PROXIES),
  machine: new Set(OF_MACHINES),
};

/** Undefined: it is read, or it is not Istio's. */
export function judgeVariable(name: string, place: VariablePlace): NameProblem | undefined {
  if (KNOWN[place].has(name) || isKnownVariable(name)) return undefined;
  const printed = Object.hasOwn(PRINTED_NAMES, name) ? PRINTED_NAMES[name] : undefined;
  if (printed !== undefined) return { message: `no program of Istio reads \`${name}\``, help: `istio-iptables reads \`${printed}\`` };
  const meant = meantBy(name, place);
  if (meant === undefined && isLibraryVariable(name)) return undefined;
  if (name.startsWith('ISTIO_META_') || name.startsWith('ISTIO_METAJSON_')) {
    if (meant === undefined) return undefined;
    return { message: `\`${name}\` is metadata of the proxy that is not read`, help: `did you mean \`${meant}\`?` };
  }
  if (place === 'proxyMetadata' && meant === undefined && isIstiodVariable(name)) {
    return { message: `istiod reads \`${name}\`, proxies do not`, help: 'it belongs to the environment of istiod: `pilot.env`' };
  }
  const isForeign = place !== 'proxyMetadata' && meant === undefined && !name.startsWith('ISTIO_');
  if (isForeign) return undefined;
  const help = meant === undefined ? {} : { help: `did you mean \`${meant}\`?` };
  return { message: `no program of Istio that is known here reads \`${name}\``, ...help };
}

/** A name a letter or two away: where any name may stand, others are not mistakes. */
function meantBy(name: string, place: VariablePlace): string | undefined {
  const best = closest(name, place === 'machine' ? OF_MACHINES : OF_PROXIES);
  if (best === undefined) return undefined;
  const [own = name] = /(?<=^ISTIO_META_)\w+$/.exec(name) ?? [];
  const most = own.length <= 5 ? 1 : place === 'proxyMetadata' && !name.startsWith('ISTIO_META') ? Math.max(2, own.length / 4) : 2;
  return best.distance <= most ? best.word : undefined;
}
