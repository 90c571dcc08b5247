interface Modules {
  getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/** The modules of which one file each has all that they import, in the order of their loading. */
const ROOTS: readonly [name: string, end: string][] = [
  ["start", "/terminal/src/main.tsx"],
  ["first-screen", "/terminal/src/first-screen-parts.ts"],
];

/**
 * Return the file of a module: what the page needs first, and what the first screen needs, are one
 * file each, which compresses better than several. Others are null: the bundler shares them out.
 */
export function loadingGroup(id: string, modules: Modules): string | null {
  const all = importersOf(id, modules);
  return ROOTS.find(([, end]) => [...all].some((each) => each.endsWith(end)))?.[0] ?? null;
}

/** Return a module and all that import it, also indirectly, at the start of their file. */
function importersOf(id: string, modules: Modules): Set<string> {
  const found = new Set([id]);
  for (const each of found) {
    for (const importer of modules.getModuleInfo(each)?.importers ?? []) found.add(importer);
  }
  return found;
}
