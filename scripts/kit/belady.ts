/**
 * The most hits that are possible. Who is not asked for again for the longest goes, be it the newcomer.
 *
 * L. A. Belady: A Study of Replacement Algorithms for a Virtual-Storage Computer. IBM Systems Journal 5(2), 1966.
 */
export function hitsOfBelady(ids: Uint32Array, capacity: number): number {
  /** Of each request, when its key is asked for next. */
  const nexts = new Float64Array(ids.length);
  const seen = new Map<number, number>();
  for (let i = ids.length - 1; i >= 0; i--) {
    nexts[i] = seen.get(ids[i]!) ?? Infinity;
    seen.set(ids[i]!, i);
  }
  const kept = new Set<number>();
  /** Whose next request comes last is on top. What has been asked for since is out of date, as its time tells. */
  const heap = new Heap();
  let hits = 0;
  for (const [now, id] of ids.entries()) {
    if (kept.has(id)) hits++;
    kept.add(id);
    heap.push(nexts[now]!, id);
    if (kept.size <= capacity) continue;
    let farthest = heap.pop();
    while (farthest.next <= now) farthest = heap.pop();
    kept.delete(farthest.id);
  }
  return hits;
}

/** A binary heap, the greatest `next` on top. */
class Heap {
  readonly #nexts: number[] = [];
  readonly #ids: number[] = [];

  push(next: number, id: number): void {
    let place = this.#nexts.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#nexts[parent]! >= next) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#nexts[place] = next;
    this.#ids[place] = id;
  }

  pop(): { next: number; id: number } {
    const top = { next: this.#nexts[0]!, id: this.#ids[0]! };
    const [next, id] = [this.#nexts.pop()!, this.#ids.pop()!];
    const { length } = this.#nexts;
    if (length === 0) return top;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child + 1 < length && this.#nexts[child + 1]! > this.#nexts[child]!) child++;
      if (child >= length || this.#nexts[child]! <= next) break;
      this.#move(child, place);
      place = child;
    }
    this.#nexts[place] = next;
    this.#ids[place] = id;
    return top;
  }

  #move(from: number, to: number): void {
    this.#nexts[to] = this.#nexts[from]!;
    this.#ids[to] = this.#ids[from]!;
  }
}
