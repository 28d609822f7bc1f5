/**
 * The row a key leads to in a roving list, or undefined when the key means nothing there: arrows go round, Home and
 * End to the ends, a letter to the next row that starts with it.
 */
export function next<Row extends Element>(rows: readonly Row[], current: Element | null, key: string): Row | undefined {
  const at = rows.findIndex((row) => row === current);
  const count = rows.length;
  if (count === 0) return undefined;
  switch (key) {
    case "ArrowDown":
      return rows[(at + 1) % count];
    case "ArrowUp":
      return rows[(Math.max(at, 0) - 1 + count) % count];
    case "Home":
      return rows[0];
    case "End":
      return rows[count - 1];
  }
  if (key.length !== 1 || key === " ") return undefined;
  const letter = key.toLocaleLowerCase();
  const turned = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
  return turned.find((row) => row.textContent.trim().toLocaleLowerCase().startsWith(letter));
}
