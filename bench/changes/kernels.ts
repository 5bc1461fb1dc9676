import { readdirSync, readFileSync } from 'node:fs';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import {
  createKernelSpace,
  type DeviceLimits,
  type FileReader,
  formatProblems,
  parseManifest,
} from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import type { Edit } from './mutation.ts';

const manifestText = readFileSync('bench/changes/manifest.yaml', 'utf8');
const files = new Map<string, string>();
// The demo's base has all of its kernels but the one that its head adds.
for (const folder of ['examples/demo/head/kernels', 'examples/demo/base/kernels']) {
  for (const name of readdirSync(folder))
    files.set(`kernels/${name}`, readFileSync(`${folder}/${name}`, 'utf8'));
}

function replaced(text: string, [file, from, to]: Edit): string {
  if (!text.includes(from)) throw new Error(`"${from}" is not in ${file}`);
  return text.replaceAll(from, to);
}

/** A kernel of the manifest after edits. Throws on one whose text is not there any more. */
export function openKernel(name: string, edits: readonly Edit[], limits: DeviceLimits) {
  const own = new Map(files);
  const isOperator = manifestText.includes(`operator: ${name}\n`);
  let text = manifestText;
  const used = operators.map((operator) => ({
    ...operator,
    files: { ...operator.files } as Record<string, string>,
  }));
  for (const edit of edits) {
    const [file] = edit;
    const operator = used.find((one) => isOperator && one.name === name);
    if (operator !== undefined && file === 'dispatch') operator.fragment = replaced(operator.fragment, edit);
    else if (operator !== undefined) operator.files[file] = replaced(operator.files[file] ?? '', edit);
    else if (file === 'dispatch') text = replaced(text, edit);
    else own.set(file, replaced(own.get(file) ?? '', edit));
  }
  const reader: FileReader = {
    read: (path) => own.get(path) ?? null,
    readBytes: () => null,
    list: (under) => [...own.keys()].filter((path) => path.startsWith(under)),
    listSources: () => [...own.keys()],
  };
  const { manifest, problems } = parseManifest({ path: 'manifest.yaml', text, reader, operators: used });
  const kernel = manifest?.kernels.find((one) => one.name === name);
  const workload = kernel?.workloads[0];
  if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));
  return {
    kernel,
    workload,
    builder: createVariantBuilder({ kernel, workload, limits }),
    space: createKernelSpace(kernel, workload, limits),
  };
}
