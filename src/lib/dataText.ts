/** Plain data as a text: equal texts are equal values. Undefined where a part is no plain data, such as a function: its text would not tell. */
export function dataText(value: unknown): string | undefined {
  let isPlain = true;
  const text = JSON.stringify(value, (_, part: unknown): unknown => {
    if (typeof part === 'bigint') return { '\0': 'bigint', is: String(part) };
    if (typeof part === 'number') return Number.isFinite(part) && !Object.is(part, -0) ? part : { '\0': 'number', is: String(part) };
    if (part instanceof Map) return { '\0': 'map', is: [...part] };
    if (part instanceof Set) return { '\0': 'set', is: [...part] };
    if (typeof part === 'function' || typeof part === 'symbol') isPlain = false;
    else if (typeof part === 'object' && part !== null && !Array.isArray(part))
      isPlain &&= Object.getPrototypeOf(part) === Object.prototype;
    return part;
  });
  return isPlain ? text : undefined;
}
