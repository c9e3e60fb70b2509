import { type Layer, type Left, leftBy, leftOn, membersOf, type Verb, VERBS } from './metadata.ts';

/** A request that a controller answers, and the method that does. */
export interface RouteDescription {
  readonly verb: Verb;
  /** With the prefix of the controller, as in `/api/orders/:order/lines`. */
  readonly path: string;
  /** The names of its parameters, from left to right. */
  readonly params: readonly string[];
  /** The source of a regular expression that matches a whole path and captures the parameters. */
  readonly pattern: string;
  /** The name of the method. */
  readonly handler: string;
  readonly declaredBy: string;
}

/** The paths that the layers' controllers add, one after the other; `undefined` if none is a controller. */
export function prefixOf(layers: readonly Layer[]): string | undefined {
  const controllers = leftBy('controller', layers);
  return controllers.length === 0 ? undefined : joinPaths(controllers.map(({ path }) => path));
}

/**
 * The routes of all layers below `prefix`, in the order in which a router has to try them: at each segment,
 * what is fixed comes before a parameter.
 *
 * @param owner the class, as an error names it
 * @throws RangeError if one request would match two routes that differ in nothing but the names of their
 *   parameters
 */
export function describeRoutes(owner: string, prefix: string, layers: readonly Layer[]): RouteDescription[] {
  const routes = mergeRoutes(layers).map((route) => render(prefix, route)).sort(bySpecificity);
  for (const [index, route] of routes.entries()) {
    const next = routes[index + 1];
    if (next?.verb !== route.verb || next.pattern !== route.pattern) continue;
    throw new RangeError(
      `a route of ${owner} must be the only one of its verb and path, ` +
        `received ${route.verb} ${route.path} for ${route.handler} and ${next.handler}`,
    );
  }
  return routes;
}

// ---- Merging and rendering ----------------------------------------------------------------------------

/** The last class that routes a member has the last word, with all the routes that it gives it. */
function mergeRoutes(layers: readonly Layer[]): Left<'route'>[] {
  return membersOf(leftBy('route', layers)).flatMap((member) => {
    const declared = leftOn('route', member, layers);
    return declared.filter(({ layer }) => layer === declared.at(-1)!.layer);
  });
}

function render(prefix: string, { verb, path: suffix, member, layer }: Left<'route'>): RouteDescription {
  const path = joinPaths([prefix, suffix]);
  const segments = segmentsOf(path);
  const params = segments.filter(isParameter).map((segment) => segment.slice(1));
  const pattern = `^/${segments.map(patternOf).join('/')}$`;
  return { verb, path, params, pattern, handler: member, declaredBy: layer.className };
}

/** Also brings routes that match the same requests together, so that a duplicate is a neighbour. */
function bySpecificity(a: RouteDescription, b: RouteDescription): number {
  const ours = segmentsOf(a.path);
  const theirs = segmentsOf(b.path);
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) {
    const [our, their] = [ours[i]!, theirs[i]!];
    if (isParameter(our) !== isParameter(their)) return isParameter(our) ? 1 : -1;
    if (!isParameter(our) && our !== their) return our < their ? -1 : 1;
  }
  return ours.length - theirs.length || VERBS.indexOf(a.verb) - VERBS.indexOf(b.verb);
}

/** Segments with one slash before each: `/api/` and `orders` make `/api/orders`, nothing makes `/`. */
function joinPaths(paths: readonly string[]): string {
  return `/${segmentsOf(paths.join('/')).join('/')}`;
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}

/** Of the characters that a segment may have, only the dot means something in a regular expression. */
function patternOf(segment: string): string {
  return isParameter(segment) ? '([^/]+)' : segment.replaceAll('.', '\\.');
}
