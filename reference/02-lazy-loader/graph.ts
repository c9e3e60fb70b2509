// What depends on what, as a picture: for the eyes of whoever has to find out why a key was loaded, or
// forgotten.

import type { Entry } from './entries.ts';

/**
 * - `registered`: nothing was loaded
 * - `loading`: a load is on its way, and there is no value
 * - `loaded`
 * - `due`: too old, or made from what has changed; the next use sees to it
 * - `refreshing`: a load is on its way to replace the value
 * - `missing`: something depends on it, and nobody has said how to load it
 */
export type NodeState = 'registered' | 'loading' | 'loaded' | 'due' | 'refreshing' | 'missing';

/** A key, and what is known of it at the moment of the picture. */
export interface GraphNode {
  readonly key: string;
  readonly state: NodeState;
  /** What it was made from, or is being made from; of what is only registered, what it would be. */
  readonly deps: readonly string[];
}

const STYLES: Readonly<Record<NodeState, string>> = {
  registered: 'style=dashed',
  loading: 'style=dashed, color=blue',
  loaded: 'style=solid',
  due: 'style=solid, color=orange',
  refreshing: 'style=solid, color=blue',
  missing: 'style=dotted, color=red',
};

/** The graph at one moment. What happens later does not change it. */
export class DependencyGraph {
  readonly nodes: readonly GraphNode[];

  constructor(nodes: readonly GraphNode[]) {
    this.nodes = nodes;
  }

  /**
   * A tree, below each key what it depends on. What was shown already is shown again with `…` in place of
   * what is below it, so there are no more lines than keys and edges.
   *
   *     Order (loaded)
   *     ├─ Customer (loaded)
   *     │  └─ Country (loaded)
   *     └─ Address (loading)
   *        └─ Country (loaded)
   */
  toText(): string {
    const byKey = new Map(this.nodes.map((node) => [node.key, node]));
    const needed = new Set(this.nodes.flatMap(({ deps }) => deps));
    const shown = new Set<GraphNode>();
    const lines: string[] = [];
    // What lies on a cycle is needed by somebody, and is shown all the same: after the roots.
    const roots = this.nodes.filter(({ key }) => !needed.has(key));
    for (const root of [...roots, ...this.nodes]) {
      if (shown.has(root)) continue;
      const open = [{ node: root, stem: '', twig: '' }];
      for (let item = open.pop(); item !== undefined; item = open.pop()) {
        const { node, stem, twig } = item;
        const isRepeated = shown.has(node) && node.deps.length > 0;
        lines.push(`${stem}${twig}${node.key} (${node.state})${isRepeated ? ' …' : ''}`);
        if (isRepeated) continue;
        shown.add(node);
        const below = stem + (twig === '' ? '' : twig === LAST ? '   ' : '│  ');
        const children = node.deps.map((dep) => byKey.get(dep)!);
        for (let i = children.length - 1; i >= 0; i--) {
          open.push({ node: children[i]!, stem: below, twig: i === children.length - 1 ? LAST : FORK });
        }
      }
    }
    return lines.join('\n');
  }

  /** For Graphviz [7]: an arrow leads from each key to what it depends on. */
  toDot(): string {
    const names = new Map(this.nodes.map(({ key }, i) => [key, `n${i}`]));
    const lines: string[] = [];
    for (const { key, state, deps } of this.nodes) {
      lines.push(`  ${names.get(key)} [label=${quoted(key)}, ${STYLES[state]}];`);
      for (const dep of deps) lines.push(`  ${names.get(key)} -> ${names.get(dep)};`);
    }
    return ['digraph dependencies {', ...lines, '}'].join('\n');
  }
}

const FORK = '├─ ';
const LAST = '└─ ';

/** A label, in which a backslash has a meaning of its own. */
function quoted(label: string): string {
  return `"${label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

// ---- Of entries -----------------------------------------------------------------------------------------

/** The keys in the order in which they were first heard of; then those that nobody can load. */
export function graphOf(entries: Iterable<Entry>, isFresh: (entry: Entry) => boolean): DependencyGraph {
  const nodes = new Map<string, GraphNode>();
  for (const entry of entries) {
    nodes.set(entry.key, { key: entry.key, state: stateOf(entry, isFresh), deps: [...depsOf(entry)] });
  }
  for (const { deps } of [...nodes.values()]) {
    for (const key of deps) if (!nodes.has(key)) nodes.set(key, { key, state: 'missing', deps: [] });
  }
  return new DependencyGraph([...nodes.values()]);
}

function depsOf({ kept, lease, sources, recipe }: Entry): Iterable<string> {
  if (kept === undefined && lease === undefined) return new Set(recipe?.deps);
  return Array.from(sources, ({ key }) => key);
}

function stateOf(entry: Entry, isFresh: (entry: Entry) => boolean): NodeState {
  const { kept, lease, recipe } = entry;
  if (kept !== undefined) return lease !== undefined ? 'refreshing' : isFresh(entry) ? 'loaded' : 'due';
  if (lease !== undefined) return 'loading';
  return recipe !== undefined ? 'registered' : 'missing';
}
