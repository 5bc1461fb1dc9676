import { basename, dirname, join, resolve } from 'node:path';
import { type Finding, good, wrong } from './finding.ts';
import type { DriverView, SystemView } from './view.ts';

const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/lib/x86_64-linux-gnu',
  '/lib64',
];
/** Where the Vulkan loader looks for drivers (LoaderDriverInterface.md of Vulkan-Loader), for all users. */
const driverFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

function paths(value: string | undefined): readonly string[] {
  return (value ?? '').split(':').filter((path) => path !== '');
}

export function checkLoader({ environment, exists }: SystemView): Finding {
  const folders = [...paths(environment.LD_LIBRARY_PATH), ...libraryFolders];
  const loader = folders.map((folder) => join(folder, 'libvulkan.so.1')).find((path) => exists(path));
  const subject = 'Vulkan loader';
  return loader !== undefined
    ? good(subject, loader)
    : wrong(
        subject,
        'libvulkan.so.1 is in none of the usual folders, nor in LD_LIBRARY_PATH',
        'Install it: `apt-get install libvulkan1`, `dnf install vulkan-loader`.',
      );
}

/** Files that describe drivers to the loader. */
export function driverFiles({ environment, list }: SystemView): readonly string[] {
  const named = environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES;
  if (named !== undefined && named !== '') return paths(named);
  return driverFolders.flatMap((folder) =>
    list(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name)),
  );
}

export function checkDrivers(view: SystemView): Finding {
  const files = driverFiles(view);
  const missing = files.filter((file) => !view.exists(file));
  const there = files.filter((file) => view.exists(file));
  const subject = 'Vulkan drivers';
  if (missing.length > 0) {
    return wrong(
      subject,
      `VK_DRIVER_FILES names ${missing.join(', ')}, which is not there`,
      'Correct VK_DRIVER_FILES, or unset it to let the loader find the drivers.',
    );
  }
  if (there.length > 0) return good(subject, there.join(', '));
  return wrong(
    subject,
    `no driver is described in ${driverFolders.join(', ')}`,
    "Install the GPU's driver (NVIDIA: with its Vulkan part, such as libnvidia-gl), or mesa-vulkan-drivers for AMD, Intel and a software adapter.",
  );
}

/** Drivers that are described to the loader, and whose library does not load. */
export function driverLibraryFindings(view: DriverView): readonly Finding[] {
  return driverFiles(view)
    .filter((file) => view.exists(file))
    .flatMap((file) => libraryFault(view, file) ?? []);
}

function libraryFault(view: DriverView, file: string): Finding | null {
  const subject = `Vulkan driver ${basename(file)}`;
  const { library, isOtherArchitecture } = describedIn(view.read(file));
  if (isOtherArchitecture) return null;
  if (library === null) {
    const next = 'Reinstall the driver, or remove the file.';
    return wrong(subject, `${file} does not say which library is the driver`, next);
  }
  // As the loader takes it: a bare name is searched for, any other path is seen from the file.
  const path = library.includes('/') ? resolve(dirname(file), library) : library;
  const fault = view.loadFault(path);
  // Of another architecture: loaders pass it over too.
  if (fault === null || /wrong ELF class/.test(fault)) return null;
  const lacking = /^(?:.*\/)?([^/\s:]+): cannot open shared object file/.exec(fault)?.[1];
  if (lacking === undefined) {
    const next = 'Update the driver, or the system that it was built for.';
    return wrong(subject, `its library ${path} cannot be loaded: ${fault}`, next);
  }
  if (lacking === basename(path))
    return wrong(subject, `its library ${path} is not there`, driverStep(lacking));
  return wrong(
    subject,
    `its library ${path} cannot be loaded, because ${lacking} is not there`,
    `Install ${lacking}: on Debian and Ubuntu mostly the package ${debianPackage(lacking)}, on Fedora and RHEL \`dnf install '${lacking}()(64bit)'\`.`,
  );
}

/** What a driver's description says; a path of a library as it stands there. */
function describedIn(text: string | null): {
  readonly library: string | null;
  readonly isOtherArchitecture: boolean;
} {
  try {
    const { ICD } = JSON.parse(text ?? '') as { ICD?: { library_path?: unknown; library_arch?: unknown } };
    const library =
      typeof ICD?.library_path === 'string' && ICD.library_path !== '' ? ICD.library_path : null;
    return { library, isOtherArchitecture: ICD?.library_arch === '32' };
  } catch {
    return { library: null, isOtherArchitecture: false };
  }
}

function driverStep(library: string): string {
  return /nvidia/i.test(library)
    ? 'In a container pass the driver in with graphics (NVIDIA_DRIVER_CAPABILITIES=graphics,utility,compute). Elsewhere install the Vulkan part of the driver (libnvidia-gl on Debian and Ubuntu).'
    : "Install the GPU's driver again (Mesa: mesa-vulkan-drivers), or remove the file that names it.";
}

/** As Debian names packages of shared libraries: `libXext.so.6` is in libxext6, `libX11.so.6` in libx11-6. */
function debianPackage(library: string): string {
  const [name = library, version = ''] = library.toLowerCase().split('.so.');
  return `${name}${/\d$/.test(name) && version !== '' ? '-' : ''}${version}`;
}
