/** Which Vulkan driver the GPU process is started with. */
export interface DriverChoice {
  /** The caller's environment names it, the system's loader finds it, or SwiftShader out of an npm package. */
  readonly source: 'environment' | 'system' | 'swiftshader';
  /** For people: `the system's Vulkan loader`. */
  readonly description: string;
  /** The whole environment of the GPU process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** An environment as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;
