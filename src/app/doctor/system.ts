import { type Finding, good, thrown, wrong } from './finding.ts';
import type { SystemView } from './view.ts';
import { checkDrivers, checkLoader, driverFiles } from './vulkan.ts';

/** NVIDIA's GPUs as device nodes: `/dev/nvidia0`, ... */
export function nvidiaNodes({ list }: SystemView): readonly string[] {
  return list('/dev')
    .filter((name) => /^nvidia\d+$/.test(name))
    .map((name) => `/dev/${name}`);
}

/** An NVIDIA GPU that was passed into a container without what Vulkan needs of its driver. */
function checkNvidia(view: SystemView): Finding | null {
  const { environment, exists } = view;
  const isThere = exists('/dev/nvidiactl') || exists('/proc/driver/nvidia/version');
  if (!isThere) return null;
  const hasVulkan = driverFiles(view).some((file) => /nvidia/i.test(file) && exists(file));
  const gpus = nvidiaNodes(view);
  const subject = 'NVIDIA driver';
  if (gpus.length === 0) {
    return wrong(
      subject,
      'the driver is loaded, and no GPU is passed in (no /dev/nvidia0)',
      'In a container: `--gpus all`, and NVIDIA_VISIBLE_DEVICES other than void or none.',
    );
  }
  const closed = ['/dev/nvidiactl', ...gpus].filter((node) => exists(node) && !view.canUse(node));
  if (closed.length > 0) {
    return wrong(
      subject,
      `no permission to open ${closed.join(', ')}`,
      'In a container start it anew: `systemctl daemon-reload` on the host takes devices away from running ones (then name them with `--device`). Elsewhere look at `ls -l /dev/nvidia*`.',
    );
  }
  if (hasVulkan) return good(subject, `${gpus.length} in /dev, with Vulkan`);
  const capabilities = environment.NVIDIA_DRIVER_CAPABILITIES;
  const isWithout =
    capabilities !== undefined && !/\b(?:all|graphics)\b/.test(capabilities)
      ? `NVIDIA_DRIVER_CAPABILITIES is ${capabilities}, without graphics`
      : 'there is a GPU, and no Vulkan driver for it';
  return wrong(
    subject,
    isWithout,
    'In a container: NVIDIA_DRIVER_CAPABILITIES=graphics,utility,compute and a recent NVIDIA Container Toolkit. Elsewhere install the Vulkan part of the driver (libnvidia-gl on Debian and Ubuntu).',
  );
}

/** A part of a GPU that was passed into a container: `MIG-…`, or `0:1` for the second part of the first GPU. */
function checkMig({ environment }: SystemView): Finding | null {
  const visible = environment.NVIDIA_VISIBLE_DEVICES ?? '';
  const parts = visible.split(',').filter((one) => /^(?:MIG-|\d+:\d+$)/.test(one.trim()));
  if (parts.length === 0) return null;
  return wrong(
    'MIG',
    `NVIDIA_VISIBLE_DEVICES passes in ${parts.join(', ')}: a part of a GPU, whose sensor sees the whole board and everyone on it, and for which there is mostly no Vulkan`,
    'Pass a whole GPU in, with MIG off (on the host `nvidia-smi -mig 0`). On a part only the latency of programs can be guarded: --meter none.',
  );
}

/** Render nodes that are there, and that this user may not open. */
function checkRenderNodes({ list, canUse }: SystemView): Finding | null {
  const nodes = list('/dev/dri')
    .filter((name) => name.startsWith('renderD'))
    .map((name) => `/dev/dri/${name}`);
  if (nodes.length === 0) return null;
  const closed = nodes.filter((node) => !canUse(node));
  const subject = 'render nodes';
  if (closed.length === 0) return good(subject, nodes.join(', '));
  return wrong(
    subject,
    `no permission to open ${closed.join(', ')}`,
    'Add the user to the group of the file (`ls -l /dev/dri`), mostly render or video, and log in again; in a container pass the group in (`--group-add`).',
  );
}

/** Where Windows puts NVML for its Linux guests. */
const wslNvml = '/usr/lib/wsl/lib/libnvidia-ml.so.1';

/** Whether NVML should work here: there are GPUs of NVIDIA's. */
export function hasNvidia(view: SystemView): boolean {
  return nvidiaNodes(view).length > 0 || view.exists(wslNvml);
}

/** The GPU of a Windows host as its Linux guest sees it: through Direct3D 12. */
function checkWsl(view: SystemView, adapter: string | null): Finding | null {
  if (!view.exists('/dev/dxg')) return null;
  const driver = driverFiles(view).find((file) => /dzn/i.test(file) && view.exists(file));
  const way =
    driver === undefined
      ? 'no Vulkan driver leads to it (Mesa’s dzn is not installed)'
      : `${driver} leads to it through Direct3D 12`;
  const opened = adapter === null ? '' : `; what kernels run on is ${adapter}`;
  const get =
    driver === undefined ? 'Install a Mesa that was built with dzn (it brings a dzn_icd.*.json). ' : '';
  const nvml = view.exists(wslNvml) ? `, and NVML (${wslNvml}) answers only in part here` : '';
  return wrong(
    'WSL2',
    `the GPU is the Windows host’s (/dev/dxg), and ${way}${opened}. Direct3D 12 has no energy counter${nvml}`,
    `${get}Guard latency here. For energy boot Linux on the machine, or let --meter-command run a program that prints what a sensor outside says.`,
  );
}

/**
 * What Vulkan needs of a Linux machine, and what is mostly wrong where no GPU is found. Never throws.
 * @param adapter what kernels will run on, in words; null if nothing
 */
export function systemFindings(view: SystemView, adapter: string | null = null): readonly Finding[] {
  const checks: readonly (readonly [string, () => Finding | null])[] = [
    ['Vulkan loader', () => checkLoader(view)],
    ['Vulkan drivers', () => checkDrivers(view)],
    ['NVIDIA driver', () => checkNvidia(view)],
    ['MIG', () => checkMig(view)],
    ['render nodes', () => checkRenderNodes(view)],
    ['WSL2', () => checkWsl(view, adapter)],
  ];
  return checks.flatMap(([subject, check]) => {
    try {
      return check() ?? [];
    } catch (error) {
      return thrown(subject, error);
    }
  });
}
