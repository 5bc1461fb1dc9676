import { JoulegateError } from '../errors/index.ts';
import { platformName } from './pins.ts';
import type { NativeHost, NativePins } from './types.ts';

/** dawn.node is linked against it. */
const oldestGlibc = [2, 34] as const;

interface ReportHeader {
  readonly glibcVersionRuntime?: string;
}

/** Asks Node about this machine. */
export function readNativeHost(): NativeHost {
  const { platform, arch, report } = process;
  if (platform !== 'linux') return { platform, arch, glibc: null };
  // Node would otherwise look up the names of every open connection's ends; Node 20 does not know the switch.
  Object.assign(report, { excludeNetwork: true });
  const { header } = report.getReport() as unknown as { readonly header: ReportHeader };
  return { platform, arch, glibc: header.glibcVersionRuntime ?? null };
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1]);
}

function unfit(message: string, nextStep: string): JoulegateError {
  return new JoulegateError('could-not-measure', message, { code: 'unsupported-platform', nextStep });
}

/** Why no native part can work on this machine, wherever it is found; null if nothing speaks against it. */
export function hostProblem(host: NativeHost, pins: NativePins): JoulegateError | null {
  const needed = `glibc ${oldestGlibc.join('.')} or newer`;
  if (host.platform === 'linux' && host.glibc === null) {
    return unfit(
      `WebGPU needs ${needed}; this Linux has another C library (musl, as in Alpine).`,
      'Use a runner or container image with glibc: Ubuntu 22.04, Debian 12, RHEL 9 or later.',
    );
  }
  if (host.platform === 'linux' && host.glibc !== null && isOlder(host.glibc)) {
    return unfit(
      `WebGPU needs ${needed}; this Linux has glibc ${host.glibc}.`,
      'Use Ubuntu 22.04, Debian 12, RHEL 9 or later.',
    );
  }
  const known = Object.keys(pins.platforms);
  if (known.length > 0 && !known.includes(platformName(host))) {
    return unfit(
      `WebGPU is not available for ${platformName(host)}.`,
      `Use one of ${known.join(', ')}, or replay a recording.`,
    );
  }
  return null;
}
