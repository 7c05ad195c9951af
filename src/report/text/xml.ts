/** Text in XML 1.0 attributes and elements. source: XML 1.0, 2.2 (characters), 2.11 (line ends), 3.3.3 (attributes) */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Line ends and tabs as references, so that no reader changes them; what XML forbids is spelled: `\u001b`. */
export function xmlText(text: string): string {
  return (
    text
      .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
      .replaceAll(/[\t\r]/g, (char) => `&#${char.charCodeAt(0)};`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, spelled)
  );
}

function xmlAttribute(text: string): string {
  return xmlText(text).replaceAll('\n', '&#10;');
}

function spelled(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** elements as text; a string that is not an element is escaped before */
  readonly children?: readonly string[];
}

export function element({ name, attributes, children = [] }: Element): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${xmlAttribute(String(value))}"`);
  const open = `<${name}${list.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}
