interface Modules {
  getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/** The files that are loaded first, and the modules whose static imports they contain. */
const ROOTS: readonly [name: string, end: string][] = [
  ["start", "/terminal/src/main.tsx"],
  ["first-screen", "/terminal/src/first-screen-parts.ts"],
];

/**
 * Return the file of a module. The start and the first screen are one file each, which compresses
 * better than several. The result is null for other modules, whose files the bundler chooses.
 */
export function loadingGroup(id: string, modules: Modules): string | null {
  const all = importersOf(id, modules);
  return ROOTS.find(([, end]) => [...all].some((each) => each.endsWith(end)))?.[0] ?? null;
}

/** Return a module and all that import it statically, directly or indirectly. */
function importersOf(id: string, modules: Modules): Set<string> {
  const found = new Set([id]);
  for (const each of found) {
    for (const importer of modules.getModuleInfo(each)?.importers ?? []) found.add(importer);
  }
  return found;
}
