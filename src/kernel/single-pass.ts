import type { Pass, Program } from './types.ts';

/** A program of one launch that binds all of its buffers where they say. */
export function singlePass(
  program: Omit<Program, 'passes'> & Omit<Pass, 'name' | 'bindings' | 'identity'>,
): Program {
  const { buffers, requiredFeatures, identity, ...launch } = program;
  const bindings = buffers.map(({ group, binding, kind }, buffer) => ({ buffer, group, binding, kind }));
  return {
    passes: [{ name: launch.entryPoint, ...launch, bindings, identity }],
    buffers,
    requiredFeatures,
    identity,
  };
}
