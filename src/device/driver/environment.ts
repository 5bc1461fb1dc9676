import { nativeFolderVariable } from '../../native/index.ts';
import { inheritedEnvironment } from '../../system/index.ts';
import type { Environment } from './choice.ts';

/** What drivers, loaders and the C library read. Everything else stays out: tokens and keys above all. */
const passedNames = new Set([
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'CUDA_VISIBLE_DEVICES',
  'ROCR_VISIBLE_DEVICES',
  'HIP_VISIBLE_DEVICES',
  'ZE_AFFINITY_MASK',
  'DRI_PRIME',
  nativeFolderVariable,
  // Windows does not start a process without these.
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
]);

const passedPrefixes = [
  'VK_',
  'XDG_',
  'NVIDIA_',
  'MESA_',
  'LP_',
  'GALLIUM_',
  'RADV_',
  'AMD_',
  'ANV_',
  '__GLX_',
  '__EGL_',
  '__NV_',
];

/** Even under such a prefix. */
const secret = /TOKEN|SECRET|PASSWORD|CREDENTIAL|API_?KEY/i;

/** The part of an environment that the GPU process may see. */
export function workerEnvironment(environment: Environment): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(inheritedEnvironment(environment))) {
    if (secret.test(name)) continue;
    const upper = name.toUpperCase();
    if (passedNames.has(upper) || passedPrefixes.some((prefix) => upper.startsWith(prefix)))
      passed[name] = value;
  }
  return passed;
}

const driverNames = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

/** The variable by which the environment names its Vulkan driver, if it does. */
export function namedDriver(environment: Environment): string | null {
  return driverNames.find((name) => (environment[name] ?? '') !== '') ?? null;
}
