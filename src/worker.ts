// entry, see src/app
export {};
