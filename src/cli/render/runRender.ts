/** What `chainwalk render` does. */

import { isManifestText } from '../../app/load/recognise.ts';
import { type RenderAnswer, renderRules } from '../../app/render/settings.ts';
import type { RenderRequest } from '../../istio/render/request.ts';
import { routingText } from '../../istio/render/rulesText.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import type { HostFacts } from '../../istio/settings/settings.ts';
import { jsonText } from '../../lib/printable.ts';
import { type Assumption, assumptionText } from '../../mesh/assumption.ts';
import { formatAddress } from '../../packet/address.ts';
import { type CheckDiagnostic, toCheckReport } from '../../report/json/check.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionList, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readVersion } from '../input/istioVersion.ts';
import { readPlace } from '../input/place.ts';
import { complain } from '../io/messages.ts';
import { renderPods } from './renderPods.ts';

export async function runRender(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  if (optionText(input, 'pod') !== undefined) return renderPods(call);
  const [only, ...more] = input.args;
  if (only !== undefined && more.length === 0 && /^[^-].*\.(?:ya?ml|json)$/.test(only)) return renderFile(call, only);
  const ofPods =
    optionText(input, 'kubernetes') !== undefined ? '--kubernetes' : optionList(input, 'podIp').length > 0 ? '--pod-ip' : undefined;
  if (ofPods !== undefined) {
    await complain(io, { message: `${ofPods} is for pods: give --pod FILE` });
    return EXIT.usage;
  }
  const request = await readRequest(call);
  if (request === undefined) return EXIT.usage;
  const answer = renderRules(request);
  const { rendered, text, diagnostics } = answer;
  const failed = diagnostics.some(isError);
  if (formatOf(input, 'rules') === 'json') await io.out.write(`${jsonText(toJson(answer))}\n`);
  else {
    await showDiagnostics(call, diagnostics, { evenQuiet: text === '' });
    for (const one of answer.assumptions) await io.err.write(`note: assumed ${assumptionText(one)}\n`, 'report');
    if (rendered !== undefined) await io.out.write(text + (optionIsSet(input, 'withRouting') ? routingText(rendered) : ''), 'exact');
  }
  if (failed) return EXIT.usage;
  return optionIsSet(input, 'strict') && diagnostics.length > 0 ? EXIT.findings : EXIT.ok;
}

/** `render deploy.yaml`: istio-iptables has no argument of that form. */
async function renderFile({ io, input }: Call, file: string): Promise<ExitCode> {
  const content = await io.read(file);
  const isSettings = 'text' in content && !isManifestText(content.text);
  const named = isSettings ? { settings: file } : { pod: file };
  return runRender({ io, input: { ...input, args: [], options: { ...input.options, ...named } } });
}

/** JSON of rules that were rendered from settings. */
export interface RenderReport {
  readonly schema: 'chainwalk/render/v1';
  /** restore text; null: Istio would refuse the settings */
  readonly v4: string | null;
  readonly v6: string | null;
  /** commands of nft, which stand for both families; null where Istio writes iptables rules */
  readonly nft: string | null;
  /** `ip` commands that belong to it */
  readonly routing: readonly string[];
  readonly diagnostics: readonly CheckDiagnostic[];
  readonly assumptions: readonly Assumption[];
}

function toJson({ rendered, diagnostics, assumptions }: RenderAnswer): RenderReport {
  const { v4 = null, v6 = null, nft = null, routing = [] } = rendered ?? {};
  return { schema: 'chainwalk/render/v1', v4, v6, nft, routing, diagnostics: toCheckReport(diagnostics).diagnostics, assumptions };
}

/** Undefined when an option cannot be used, which has been reported. */
async function readRequest(call: Call): Promise<RenderRequest | undefined> {
  const { io, input } = call;
  const [file, mode, istio] = [optionText(input, 'settings'), optionText(input, 'mode'), optionText(input, 'istio')];
  if (file === undefined && mode === undefined && input.args.length === 0) {
    const help =
      'give --settings FILE, or --pod FILE, or arguments of istio-iptables after `--`, or --mode alone for a pod without settings of its own';
    await complain(io, { message: 'nothing to render', help });
    return undefined;
  }
  const settings = file === undefined ? undefined : await io.read(file);
  if (settings !== undefined && 'problem' in settings) {
    await complain(io, { message: `cannot read \`${file}\`: ${settings.problem}` });
    return undefined;
  }
  const env = await readEnvironment(call);
  const host = await readFacts(call);
  const version = await readVersion(call);
  const uid = optionText(input, 'proxyUid');
  if (env === undefined || host === undefined || version === undefined) return undefined;
  return {
    args: input.args.map(unprotect),
    env,
    host,
    ...(settings !== undefined && file !== undefined && { settings: { file, text: settings.text } }),
    ...(mode !== undefined && { mode: mode as Mode }),
    ...(istio !== undefined && { istio }),
    ...(optionIsSet(input, 'nativeNftables') && { native: true }),
    ...(uid !== undefined && { proxyUid: Number(uid) }),
  };
}

/** An argument that looks like a packet was given a blank before commander saw it. */
function unprotect(argument: string): string {
  return /^ -\S*\s/.test(argument) ? argument.slice(1) : argument;
}

async function readEnvironment({ io, input }: Call): Promise<Readonly<Record<string, string>> | undefined> {
  const env: Record<string, string> = {};
  for (const setting of optionList(input, 'env')) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(setting) ?? [];
    if (name === undefined || value === undefined) {
      await complain(io, { message: `--env expects NAME=value, not \`${setting}\``, help: '--env ISTIO_META_DNS_CAPTURE=true' });
      return undefined;
    }
    env[name] = value;
  }
  return env;
}

async function readFacts(call: Call): Promise<Partial<HostFacts> | undefined> {
  const { input } = call;
  const read = await readPlace(call);
  if (read === undefined) return undefined;
  const nameservers = optionList(input, 'nameserver');
  const { host } = read;
  return {
    ...(host !== undefined && {
      addresses: host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => formatAddress(address))),
      sysctls: Object.fromEntries(host.sysctls),
    }),
    ...(optionIsSet(input, 'ipv6') && { ipv6: true }),
    ...(nameservers.length > 0 && { nameservers }),
  };
}
