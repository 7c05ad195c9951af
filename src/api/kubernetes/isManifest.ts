import { isManifestText } from '../../app/load/recognise.ts';
import { InputError } from '../library/inputError.ts';
import { shownValue } from '../library/shown.ts';

/** Whether a text is manifests, in YAML or JSON, and not rules. Throws InputError for what is no text. */
export function isManifest(text: string): boolean {
  if (typeof text !== 'string') throw new InputError([`a text is expected, not ${shownValue(text)}`]);
  return isManifestText(text);
}
