/** Two letters that stand for a person: of the first and the last word of their name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.slice(0, 1) ?? "");
  return letters.join("").toLocaleUpperCase();
}

/** What people are called in conversation. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}

/** Where on the site someone is, short: the path says it. Null when it is no web address. */
export function pagePath(page: string | null): { href: string; text: string } | null {
  if (!page || !URL.canParse(page)) return null;
  const url = new URL(page);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return { href: url.href, text: decoded(url.pathname) + url.search };
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
