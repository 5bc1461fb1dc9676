import { JoulegateError } from '../errors/index.ts';
import { nearestName } from '../schema/index.ts';
import { folderOf, pathFault, resolvePath } from './paths.ts';
import type { Place } from './place.ts';
import type { FileReader } from './types.ts';

/** Files that a manifest names by path relative to its folder; whatever is wrong with one is reported where it is named. */
export class NamedFiles {
  readonly reader: FileReader;
  /** What paths are relative to, itself relative to the reader's root; empty for the root. */
  readonly folder: string;

  constructor(reader: FileReader, folder: string) {
    this.reader = reader;
    this.folder = folder;
  }

  /** The path relative to the reader's root; null, reported, if it leads out of it. */
  resolve(path: string, place: Place): string | null {
    const wrong = pathFault(path);
    const resolved = wrong === null ? resolvePath(this.folder, path) : null;
    if (resolved === null) {
      place.value({
        message: `the path '${path}' ${wrong ?? 'leads out of the repository'}`,
        nextStep: "give a path below the repository, relative to the manifest's folder, with '/'",
      });
    }
    return resolved;
  }

  /** What a reader throws for the user (a link that leaves the repository, no text) is a fault of the path. */
  attempt<T>(place: Place, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof JoulegateError)) throw error;
      place.value({ message: error.message, nextStep: error.nextStep });
      return undefined;
    }
  }

  /** Reports that nothing is at a path, with the nearest name that there is. */
  reportMissing(path: string, resolved: string, place: Place): void {
    const folder = folderOf(resolved);
    const start = folder === '' ? 0 : folder.length + 1;
    const nearest = nearestName(
      resolved.slice(start),
      this.#list(folder).map((name) => name.slice(start)),
    );
    place.value({
      message: `there is no file '${path}'`,
      nextStep:
        nearest === null
          ? "check the path; it is relative to the manifest's folder"
          : `did you mean '${nearest}'?`,
    });
  }

  #list(folder: string): readonly string[] {
    try {
      return this.reader.list(folder);
    } catch (error) {
      if (!(error instanceof JoulegateError)) throw error;
      return [];
    }
  }
}
