import type { TextOrigin } from '../types.ts';

/** A file that holds programs among other things. */
export interface HostFile {
  readonly text: string;
  /** What is wanted of it: `matmulShader`, `shaders.matmul`. */
  readonly name: string;
  /** Tunables and workload parameters: constants of these names get their values. */
  readonly parameters: ReadonlySet<string>;
  readonly origin: TextOrigin;
  /** Last part of its name. */
  readonly extension: string;
}
