/** Data and scripts that stand in the document as text, so that nothing is fetched. */

export function embeddedText(id: string): string {
  return document.getElementById(id)?.textContent ?? '';
}
