import { createHash } from 'node:crypto';
import { fillArgument, type GeneratorDefinition } from '../manifest/index.ts';
import type { TunableValue } from '../space/index.ts';
import type { CommandProgram } from './types.ts';

/** A program that is only run, and prints, with values put into its arguments. */
export function printingProgram(
  { run, folder, files }: GeneratorDefinition,
  values: Readonly<Record<string, TunableValue>>,
): CommandProgram {
  const filled = run.map((argument) => fillArgument(argument, values));
  const sources = Object.entries(files).map(([path, { digest, executable }]) => [path, digest, executable]);
  const digest = (parts: unknown) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const buildIdentity = digest([folder, sources, null]);
  const identity = digest([buildIdentity, filled]);
  return { run: filled, folder, files, build: null, outputs: [], buildIdentity, identity };
}
