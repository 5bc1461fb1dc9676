import { tmpdir } from 'node:os';
import type { WebgpuDeviceOptions } from '../../device/index.ts';
import {
  type CommandDeviceOptions,
  type CommandDevicePort,
  CommandWorkspace,
  createCommandDevice,
  SourcePrinter,
} from '../../device/index.ts';
import type { CommandProgram, PrintSource } from '../../kernel/index.ts';
import type { Clock, DeviceInfo } from '../../measure/index.ts';
import type { Host, LaboratoryOptions } from '../host.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Monotonic and, on one host, the same in every process (CLOCK_MONOTONIC). */
export const monotonicClock: Clock = { nowMs: () => Number(process.hrtime.bigint()) / 1e6 };

/** Where programs of the user's are run. */
export interface CommandBench {
  /** Prints what buffers hold; undefined where no program may be run. */
  readonly generate: WebgpuDeviceOptions['generate'];
  /** Prints WGSL; undefined where no program may be run. */
  readonly print: PrintSource | undefined;
  /** A device for `command` kernels; null where no program may be run. */
  open(
    info: DeviceInfo,
    more?: Pick<CommandDeviceOptions, 'reconfigures' | 'isElsewhere'>,
  ): CommandDevicePort | null;
  close(): Promise<void>;
}

/** A bench for programs, if they may be run. They share one workspace, which is made on first use. */
export function commandBench(host: Host, options: Pick<LaboratoryOptions, 'allowCommands'>): CommandBench {
  if (options.allowCommands !== true)
    return { generate: undefined, print: undefined, open: () => null, close: async () => undefined };
  const { environment, signal, workerPath } = host;
  const workspace = new CommandWorkspace({
    // GPUs are numbered as NVML numbers them, and Python holds no answer back, unless the user says otherwise.
    environment: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', PYTHONUNBUFFERED: '1', ...withoutSecrets(environment) },
    temporaryFolder: environment.RUNNER_TEMP ?? tmpdir(),
    signal,
    reaper: { workerPath, environment },
    warn: (text) => host.progress.warn(text),
  });
  return {
    generate: (program: CommandProgram, bytes: number) => workspace.printed(program, bytes),
    print: new SourcePrinter({ workspace }).print,
    open: (info, more = {}) => createCommandDevice({ info, workspace, clock: monotonicClock, ...more }),
    close: () => workspace.close(),
  };
}
