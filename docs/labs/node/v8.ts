/** A browser does not say where its engine gives up. */
export const getHeapStatistics = () => ({ heap_size_limit: Infinity });
