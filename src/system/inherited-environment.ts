import { delimiter, isAbsolute } from 'node:path';

/** An environment as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Lists of folders and files that programs, libraries, drivers and modules are loaded from. */
const searchPaths = new Set([
  'PATH',
  'LD_LIBRARY_PATH',
  'LD_ORIGIN_PATH',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  'DYLD_FRAMEWORK_PATH',
  'DYLD_INSERT_LIBRARIES',
  'NODE_PATH',
  'PYTHONPATH',
  'VK_DRIVER_FILES',
  'VK_ICD_FILENAMES',
  'VK_ADD_DRIVER_FILES',
  'VK_LAYER_PATH',
  'VK_ADD_LAYER_PATH',
  'VK_IMPLICIT_LAYER_PATH',
  'VK_ADD_IMPLICIT_LAYER_PATH',
  'LIBGL_DRIVERS_PATH',
  'XDG_DATA_DIRS',
  'XDG_CONFIG_DIRS',
  'XDG_DATA_HOME',
  'XDG_CONFIG_HOME',
]);

/** Names of libraries, which the loader searches for unless they are paths. */
const preloads = new Set(['LD_PRELOAD', 'LD_AUDIT']);

function partsOf(name: string, value: string): readonly string[] | null {
  const upper = name.toUpperCase();
  if (searchPaths.has(upper)) return value.split(delimiter).filter((part) => isAbsolute(part));
  if (!preloads.has(upper)) return null;
  return value.split(/[\s:]+/).filter((part) => part !== '' && (isAbsolute(part) || !part.includes('/')));
}

/**
 * The environment for a child: of its search paths only the absolute parts. An empty part means the current folder, and so does a
 * path that is empty, so one of which nothing is left is not set at all.
 */
export function inheritedEnvironment(environment: Environment): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    const parts = partsOf(name, value);
    if (parts === null) inherited[name] = value;
    else if (parts.length > 0) inherited[name] = parts.join(delimiter);
  }
  return inherited;
}
