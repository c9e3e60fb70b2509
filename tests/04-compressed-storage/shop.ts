import { describe as describeClass, type Description, generateClasses, shopClasses } from '#framework';

/** What a framework knows of each class of the shop. */
export const shop: readonly Description[] = shopClasses.map(describeClass);

/** The same of as many generated classes, others for another seed. */
export const generated = (count: number, seed: number): Description[] =>
  generateClasses(count, seed).map(describeClass);
