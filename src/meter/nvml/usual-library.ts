/** NVML as the driver installs it. */
export const usualNvmlLibrary = process.platform === 'win32' ? 'nvml.dll' : 'libnvidia-ml.so.1';
