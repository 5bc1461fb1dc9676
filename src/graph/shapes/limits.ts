/** Most elements of an array that are computed: sizes are few. */
export const maxFolded = 4096;
