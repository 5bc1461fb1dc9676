export type { DriverChoice, Environment } from './choice.ts';
export { type AdapterReport, type DriverSearch, findDriver, listAdapters } from './find-driver.ts';
