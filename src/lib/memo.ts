/** A function of an immutable object and a key, computed once for each. */
export function memoize<O extends object, K, V>(compute: (object: O, key: K) => V): (object: O, key: K) => V {
  const known = new WeakMap<O, Map<K, V>>();
  return (object, key) => {
    let values = known.get(object);
    if (values === undefined) {
      values = new Map();
      known.set(object, values);
    }
    const before = values.get(key);
    if (before !== undefined || values.has(key)) return before as V;
    const value = compute(object, key);
    values.set(key, value);
    return value;
  };
}
