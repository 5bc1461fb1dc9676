import { loadKoffi, type NativeSearch } from '../../native/index.ts';
import { inNeutralFolder } from '../../system/index.ts';

/** What a native function takes: handles and numbers, and memory it writes to. */
export type NativeArgument = number | bigint | Uint8Array;

/** C types of arguments, in koffi's words. */
export type NativeType = 'int' | 'uint32_t' | 'uintptr_t' | 'void *';

/** A native function that returns an `int`. It runs on another thread. */
export type NativeFunction = (...values: NativeArgument[]) => Promise<number>;

export interface NativeLibrary {
  /** null if the library has no such function. */
  find(name: string, types: readonly NativeType[]): NativeFunction | null;
}

/**
 * Loads a shared library.
 * @param search where koffi is looked for
 * @throws JoulegateError if koffi cannot be loaded; Error if the library cannot
 */
export async function loadLibrary(path: string, search: NativeSearch): Promise<NativeLibrary> {
  const koffi = await loadKoffi(search);
  const library = inNeutralFolder(() => koffi.load(path));
  return {
    find(name, types) {
      try {
        library.symbol(name);
      } catch {
        // Drivers of all ages are out there: callers know what to do without it.
        return null;
      }
      const { async: call } = library.func(name, 'int', [...types]);
      return (...values) =>
        new Promise((resolve, reject) => {
          call(...values, (error: unknown, code: number) => (error ? reject(error) : resolve(code)));
        });
    },
  };
}

/** Memory that a native function may write to from another thread: outside the heap, so it never moves. */
export function nativeMemory(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes));
}
