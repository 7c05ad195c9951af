/** Files of settings, read as the rules that Istio writes for them. */

import { renderRequest } from '../../istio/render/request.ts';
import { rulesText } from '../../istio/render/rulesText.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, textOf } from '../argv/command.ts';
import type { Io } from '../io/io.ts';

/** `settings.json#rendered:17` is a line of what was rendered. */
export const RENDERED = '#rendered';

/** The rules of `settings.json` are in `settings.json#rendered`; `tell` hears what is wrong with settings. */
export function withRenderedSettings(call: Call, tell: (diagnostic: Diagnostic) => void): Call {
  const { io, input } = call;
  const [mode, istio] = [textOf(input, 'mode'), textOf(input, 'istio')];
  const read: Io['read'] = async (path) => {
    if (!path.endsWith(RENDERED)) return io.read(path);
    const file = path.slice(0, -RENDERED.length);
    const content = await io.read(file);
    if ('problem' in content) return content;
    const settings = { file, text: content.text };
    const { rendered, diagnostics } = renderRequest({ settings, ...(mode && { mode: mode as Mode }), ...(istio && { istio }) });
    for (const one of diagnostics) tell(one);
    return { text: rendered === undefined || diagnostics.some(isError) ? '' : rulesText(rendered) };
  };
  return { ...call, io: { ...io, read } };
}
