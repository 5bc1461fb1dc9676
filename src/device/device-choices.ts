/** What may be asked for: `auto` takes a real GPU first, then a software adapter. */
export const deviceChoices = ['auto', 'gpu', 'software'] as const;

export type DeviceChoice = (typeof deviceChoices)[number];
