import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { alignClock, clockTunable, type KernelDefinition } from '../../manifest/index.ts';
import type { Configurations } from '../../schema/index.ts';
import type { Configuration } from '../../space/index.ts';
import { readTunedIfPresent, type Tuned, writeFileAtomic } from '../../store/index.ts';
import type { Host, KernelFilter, ManifestOptions } from '../host.ts';
import { absolutePath, openManifest, selectKernels } from '../project/index.ts';
import { configurationsHeader } from './header.ts';
import { tunedFault } from './tuned-for.ts';

export interface ExportConfigurationsOptions extends ManifestOptions, KernelFilter {
  readonly format: 'header' | 'json';
  /** Path of the file to write; JSON is packed if it ends in `.gz`. */
  readonly out: string;
}

export interface ExportConfigurationsSummary {
  readonly out: string;
  readonly kernels: readonly { readonly kernel: string; readonly entries: number }[];
}

/** A clock is the board's, not the program's. */
function withoutClock(configuration: Configuration): Configuration {
  const { [clockTunable]: _, ...rest } = configuration;
  return rest;
}

type Kernel = Configurations['kernels'][string];

function entriesOf(kernel: KernelDefinition, tuned: Tuned | null, warn: (text: string) => void): Kernel {
  const entries: Kernel['entries'][number][] = [];
  for (const entry of tuned?.entries ?? []) {
    if (entry.kernel !== kernel.name) continue;
    const { family, workload } = entry;
    const configuration = alignClock(kernel, entry.configuration);
    const fault = tunedFault(kernel, workload.parameters, configuration);
    if (fault === null) {
      entries.push({
        device: family,
        workload: workload.parameters,
        configuration: withoutClock(configuration),
      });
    } else
      warn(`The tuned configuration of ${kernel.name} ${workload.name} on ${family} is left out: ${fault}.`);
  }
  return { default: withoutClock(kernel.defaults), entries };
}

/**
 * Writes the configurations that ship, per device and workload: for kernels of any kind, as macros or as JSON.
 * @throws JoulegateError bad-input for faults of the manifest, and for names that are no macros of their own (`cannot-export`)
 */
export function exportConfigurations(
  host: Host,
  options: ExportConfigurationsOptions,
): ExportConfigurationsSummary {
  const { manifest, folder } = openManifest(host, options.manifest);
  const tuned = readTunedIfPresent(join(folder, manifest.tunedPath));
  const kernels = Object.fromEntries(
    selectKernels(manifest, options.kernels).map((kernel) => [
      kernel.name,
      entriesOf(kernel, tuned, host.progress.warn),
    ]),
  );
  const file: Configurations = { schema: 'joulegate-configurations', version: 1, kernels };
  const text =
    options.format === 'header' ? configurationsHeader(file) : `${JSON.stringify(file, null, 2)}\n`;
  writeFileAtomic(absolutePath(host, options.out), options.out.endsWith('.gz') ? gzipSync(text) : text);
  return {
    out: options.out,
    kernels: Object.entries(kernels).map(([kernel, { entries }]) => ({ kernel, entries: entries.length })),
  };
}
