// What depends on what, as a picture: for the eyes of whoever has to find out why a key was loaded, or forgotten.

/**
 * - `registered`: nothing was loaded
 * - `loading`: a load is on its way, and there is no value
 * - `loaded`
 * - `due`: too old, or made from what has changed; the next use sees to it
 * - `refreshing`: a load is on its way to replace the value
 * - `missing`: something depends on it, and nobody has said how to load it
 */
export type NodeState = 'registered' | 'loading' | 'loaded' | 'due' | 'refreshing' | 'missing';

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

  // #region toText
  /**
   * A tree, below each key what it depends on. What was shown already is shown again with `…` in place of what is
   * below it, so the text is no longer than the graph.
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
    // What lies on a cycle is needed by somebody, and is shown nevertheless: after the roots, if none led to it.
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
  // #endregion toText

  /** For Graphviz [10]: an arrow leads from each key to what it depends on. */
  toDot(): string {
    const names = new Map(this.nodes.map(({ key }, i) => [key, `n${i}`]));
    const nodes = this.nodes.map(({ key, state }) => `  ${names.get(key)} [label=${quoted(key)}, ${STYLES[state]}];`);
    const edges = this.nodes.flatMap(({ key, deps }) => deps.map((dep) => `  ${names.get(key)} -> ${names.get(dep)};`));
    return ['digraph dependencies {', ...nodes, ...edges, '}'].join('\n');
  }
}

const FORK = '├─ ';
const LAST = '└─ ';

/** A label, in which a backslash has a meaning of its own. */
function quoted(label: string): string {
  return `"${label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
