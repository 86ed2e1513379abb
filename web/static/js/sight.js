/**
 * Which tiles are in sight and how wide they are drawn, as the browser says: whatever lays them out or scrolls them.
 * A tile is an element with `data-tile`; one that was not looked at yet counts as in sight.
 */
export class Sight {
  /** @type {Map<Element, {key: string, isSeen: boolean, width: number}>} */
  #tiles = new Map();
  #crossing;
  #sizes;

  /**
   * @param {() => void} onChange
   * @param {{IntersectionObserver: typeof IntersectionObserver, ResizeObserver: typeof ResizeObserver}} browser
   */
  constructor(onChange, browser = globalThis) {
    this.#crossing = new browser.IntersectionObserver(
      (entries) => this.#note(entries, onChange, ({ isIntersecting }) => ({ isSeen: isIntersecting })),
      { threshold: 0.1 },
    );
    this.#sizes = new browser.ResizeObserver((entries) =>
      this.#note(entries, onChange, ({ contentRect }) => ({ width: contentRect.width })),
    );
  }

  /** Looks at the tiles that are drawn now. @param {Iterable<Element>} tiles */
  watch(tiles) {
    const present = new Set(tiles);
    for (const element of [...this.#tiles.keys()]) if (!present.has(element)) this.#drop(element);
    for (const element of present) {
      const key = /** @type {HTMLElement} */ (element).dataset.tile ?? "";
      const known = this.#tiles.get(element);
      if (known) known.key = key;
      else {
        this.#tiles.set(element, { key, isSeen: true, width: 0 });
        this.#crossing.observe(element);
        this.#sizes.observe(element);
      }
    }
  }

  /** @param {string} key @returns {{isSeen: boolean, width: number}} width in CSS px, 0 where it is not known */
  of(key) {
    for (const tile of this.#tiles.values()) if (tile.key === key) return tile;
    return { isSeen: true, width: 0 };
  }

  /** @param {Element} element */
  #drop(element) {
    this.#tiles.delete(element);
    this.#crossing.unobserve(element);
    this.#sizes.unobserve(element);
  }

  /**
   * @template {{target: Element}} E
   * @param {readonly E[]} entries @param {() => void} onChange
   * @param {(entry: E) => Partial<{isSeen: boolean, width: number}>} seen
   */
  #note(entries, onChange, seen) {
    for (const entry of entries) Object.assign(this.#tiles.get(entry.target) ?? {}, seen(entry));
    onChange();
  }
}
