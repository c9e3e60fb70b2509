/**
 * A small decorator framework, and a web shop that uses it: the thing that every exercise makes faster.
 *
 * ## What such a framework does
 *
 * A class says by decorators what it is: kept in this table, answering below that path, given these services.
 * A decorator runs once, when its class is evaluated, and sees one member. So it does little: it notes what
 * it was told in the metadata object of the class [1]. The questions come later and from somewhere else.
 * Which columns has an order? Who answers `GET /api/orders/open`? What must be true of a review before it is
 * saved? `describe(Class)` answers by gathering the notes of a class and of those it extends, merging them,
 * and working out what nobody said.
 *
 * ## Why that is slow
 *
 * - The knowledge is scattered: one note a decorator, one list a class, one class after the other up the
 *   chain. Each member asks all lists for what concerns it, and so m decorations are looked at m² times.
 * - Merging copies. Options override one by one, rules are compared in pairs, and nothing that is kept may be
 *   changed.
 * - Defaults lead elsewhere. A column that references an entity has the type of that entity's primary column,
 *   which is only known once that whole chain has been merged: again for each reference, and again for the
 *   next to ask.
 * - Routes are sorted, and every comparison takes both of its paths apart again.
 * - The answer is a new object each time, because a caller may do with it what it likes.
 *
 * Nothing of this is foolish, and none of it is put on: there is no sleep and no busy loop in here. A class
 * of the shop takes some 60 µs, and 3 kB as JSON. That is nothing once, at start; it is a good part of the
 * processor when it is done again for each request, each row and each validated field, with the same result.
 *
 * ## What the real ones do
 *
 * - TypeORM keeps the notes of the whole program in one array for each kind, filters it by the classes of a
 *   chain, and looks for overridden columns by searching the result once for each column [2]. It does so at
 *   start, for every entity, and keeps the outcome for good: calls are fast, the start is slow, and nothing
 *   is ever forgotten.
 * - class-validator asks at each validation. With some 5,000 notes, 550 objects took more than five seconds,
 *   until the arrays became maps [3]; inherited rules are still found by trying every decorated class at
 *   every call [4], which one application saw at the top of its production profile and cured with a cache by
 *   class [5].
 * - NestJS walks the prototypes of a controller for the names of its methods, and has a `Map` of those it has
 *   walked [6]. What guards ask of its `Reflector`, and how that is merged, is worked out anew for each
 *   request [7].
 * - Angular asks the parent class first and copies what it says, at each level of the chain [8]; for
 *   production the compiler does all that ahead of time.
 *
 * Cache it, load it when needed, do it in batches, keep it small, compile it ahead: these are the exercises.
 *
 * ## What is simplified
 *
 * There is no container, no router, no SQL and no validator here: the framework describes, and others would
 * act. Types of columns are said and not reflected, for standard decorators are not told them. And once its
 * module is evaluated a class never changes, which is what makes it safe to remember anything; where that is
 * not so, see exercise 11.
 *
 * Read on in the order below: what decorators leave and how it is found again; the decorators; one file for
 * each part of a description; `describe`, which puts them together; the shop; and as many more classes as you
 * want.
 *
 * [1] github.com/tc39/proposal-decorator-metadata
 * [2] github.com/typeorm/typeorm, src/metadata-args/MetadataArgsStorage.ts
 * [3] github.com/typestack/class-validator, pull request 1825
 * [4] github.com/typestack/class-validator, issue 2686
 * [5] github.com/twentyhq/twenty, pull request 24085
 * [6] github.com/nestjs/nest, packages/core/metadata-scanner.ts
 * [7] github.com/nestjs/nest, packages/core/services/reflector.service.ts
 * [8] github.com/angular/angular, packages/core/src/reflection/reflection_capabilities.ts
 *
 * @module
 */

export {
  type Class,
  COLUMN_TYPES,
  type ColumnOptions,
  type ColumnType,
  type Decoration,
  type Layer,
  layersOf,
  lineageOf,
  type Rule,
  type Verb,
  VERBS,
} from './metadata.ts';
export { column, controller, entity, inject, type PropertyContext, route, validate } from './decorators.ts';
export {
  email,
  integer,
  matches,
  max,
  maxLength,
  min,
  minLength,
  oneOf,
  required,
  url,
  type ValidationDescription,
} from './rules.ts';
export type { ColumnDescription, IndexDescription, ReferenceDescription } from './columns.ts';
export type { RouteDescription } from './routes.ts';
export {
  type ComponentDescription,
  type ControllerDescription,
  describe,
  type Description,
  type EntityDescription,
  type InjectionDescription,
} from './describe.ts';
export * from './shop.ts';
export { generateClasses, type Random, randomNumbers } from './generator.ts';
