/**
 * What one build (a text, a definition, a platform, a place) keeps from one answer to the next, so
 * that an edit costs what it changes. Answers with it are equal to those without: it holds values and
 * what they were made of, and a value stands only where all of that is the same.
 */
import type { RememberedGraph } from "./graphs.js";

export class Memory {
  graph: RememberedGraph | null = null;
}
