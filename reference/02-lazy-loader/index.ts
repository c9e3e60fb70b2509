export * from './options.ts';
export { LazyMetadataLoader } from './lazy-loader.ts';
export { DependencyGraph, type GraphNode, type NodeState } from './graph.ts';
export { invalidateLazy, lazy } from './lazy.ts';
