/** Settings of Istio to the rules that it writes. */
import type { Rendered } from '../../istio/render/render.ts';
import { renderRequest } from '../../istio/render/request.ts';
import { MODES, type Mode } from '../../istio/settings/modes.ts';
import type { HostFacts } from '../../istio/settings/settings.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { InputError } from './inputError.ts';
import { checkOptions, type OptionKinds } from './options.ts';
import { shownValue } from './shown.ts';

export interface RenderOptions {
  /** of istio-iptables, beside the settings */
  readonly args?: readonly string[];
  /** environment of istio-iptables */
  readonly env?: Readonly<Record<string, string>>;
  /** before what the settings say of the host */
  readonly host?: Partial<HostFacts>;
  readonly mode?: Mode;
  /** version of Istio, `1.25`; the newest known one when absent */
  readonly istio?: string;
}

export interface RenderedRules extends Rendered {
  /** settings that do not do what they say, one sentence each */
  readonly warnings: readonly string[];
}

const RENDER_OPTIONS: OptionKinds<RenderOptions> = {
  args: 'texts',
  env: 'textByName',
  host: {
    keys: { ipv6: 'flag', addresses: 'texts', nameservers: 'texts', users: 'textByName', sysctls: 'textByName', kubeletUid: 'text' },
  },
  mode: { a: 'mode', words: MODES },
  istio: 'text',
};

/** The rules that Istio writes for settings, given as in a `--settings` file: restore text for each family, `v6` empty without IPv6.
 *  @throws InputError when Istio would refuse the settings, or they cannot be read */
export function render(settings: Readonly<Record<string, unknown>>, options: RenderOptions = {}): RenderedRules {
  checkOptions(options, RENDER_OPTIONS);
  const source = { file: 'settings', text: jsonOf(settings) };
  const { rendered, diagnostics } = renderRequest({ ...options, settings: source });
  if (rendered === undefined) throw new InputError(diagnostics.filter(isError).map(({ message }) => message));
  return { ...rendered, warnings: diagnostics.map(({ message }) => message) };
}

function jsonOf(settings: unknown): string {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new InputError([`settings are an object, such as \`{ 'redirect-dns': true }\`; this is ${shownValue(settings)}`]);
  try {
    return JSON.stringify(settings, null, 2) ?? '{}';
  } catch {
    throw new InputError(['the settings hold a value that is not JSON']);
  }
}
