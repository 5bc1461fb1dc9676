import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblems, type KernelDefinition, noFiles, parseManifest } from '../../src/manifest/index.ts';

const folder = join(import.meta.dirname, '..', '..', 'examples', 'passes');

/** The files of `examples/passes`, programs changed. */
export function passesProject(change: (text: string) => string = (text) => text): Record<string, string> {
  const names = readdirSync(join(folder, 'kernels')).map((name) => `kernels/${name}`);
  const texts = names.map((path) => [path, change(readFileSync(join(folder, path), 'utf8'))] as const);
  return {
    'joulegate.yaml': readFileSync(join(folder, 'joulegate.yaml'), 'utf8'),
    ...Object.fromEntries(texts),
  };
}

/** The kernels of `examples/passes`, programs changed. */
export function passesExample(change?: (text: string) => string): readonly KernelDefinition[] {
  const files = passesProject(change);
  const reader = { ...noFiles, read: (path: string) => files[path] ?? null, list: () => Object.keys(files) };
  const text = files['joulegate.yaml'] ?? '';
  const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader, operators: [] });
  if (manifest === null) throw new Error(formatProblems(problems, { colour: false }));
  return manifest.kernels;
}

/** A fault for each of them, in the pass that is least like a kernel of its own: kernel, what, text, its replacement. */
export const plantedFaults = [
  ['decode-attention', 'a combination without weights', 'exp(parts[at + HEAD] - highest)', '1.0'],
  ['decode-attention', 'a part that is not written', 'if (lane == 0u)', 'if (lane == 0u && group.y != 1u)'],
  ['life', 'a wrong rule', 'neighbours == 2u && alive', 'neighbours == 4u && alive'],
  [
    'digit-sort',
    'a sum that is one too high',
    'sum += atomicLoad(&histogram[digit])',
    'sum += atomicLoad(&histogram[digit]) + 1u',
  ],
  ['worklist', 'a launch that is rounded down', '(count + WORKGROUP - 1u) / WORKGROUP', 'count / WORKGROUP'],
] as const;
