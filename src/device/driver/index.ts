export type { DriverChoice, Environment } from './choice.ts';
export { type DriverSearch, findDriver, listAdapters } from './find-driver.ts';
