// What labs are put together from: labelled controls, charts with a text alternative, tables.

type Child = Node | string;

/** An element with properties and children; `class`, `role`, `aria-…` and `data-…` as attributes. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** Builds a lab in each `<div data-lab="name">` of the page, in the place of the text that stood there without it. */
export function lab(name: string, label: string, build: () => Child[]): void {
  for (const place of document.querySelectorAll<HTMLElement>(`[data-lab="${name}"]`)) {
    place.setAttribute('role', 'group');
    place.setAttribute('aria-label', label);
    place.replaceChildren(h('p', { class: 'lab-title' }, label), ...build());
    place.dataset['ready'] = '';
  }
}

// ---- Controls -------------------------------------------------------------------------------------------

let ids = 0;

function labelled(text: string, control: HTMLElement, beside?: HTMLElement): HTMLElement {
  control.id = `lab-${ids++}`;
  return h('div', { class: 'lab-control' }, h('label', { for: control.id }, text), control, ...(beside ? [beside] : []));
}

export interface Choice<Value extends string> {
  readonly element: HTMLElement;
  value: Value;
}

export function choice<Value extends string>(
  text: string,
  options: Readonly<Record<Value, string>>,
  initial: NoInfer<Value>,
  onChange: () => void,
): Choice<Value> {
  const entries = Object.entries<string>(options);
  const control = h('select', {}, ...entries.map(([value, label]) => h('option', { value }, label)));
  control.value = initial;
  control.addEventListener('change', onChange);
  return {
    element: labelled(text, control),
    get value() {
      return control.value as Value;
    },
    set value(value) {
      control.value = value;
    },
  };
}

export interface Amount {
  readonly element: HTMLElement;
  value: number;
  /** The greatest value that can be chosen. */
  max: number;
}

/** A slider with its value beside it, as `show` writes it. */
export function amount(
  text: string,
  { min, max, step = 1, value, show = String }: { min: number; max: number; step?: number; value: number; show?: (value: number) => string },
  onChange: () => void,
): Amount {
  const control = h('input', { type: 'range', min, max, step, value });
  const output = h('span', { 'aria-hidden': 'true' });
  const showValue = () => {
    output.textContent = show(control.valueAsNumber);
    control.setAttribute('aria-valuetext', output.textContent);
  };
  control.addEventListener('input', () => {
    showValue();
    onChange();
  });
  showValue();
  return {
    element: labelled(text, control, output),
    get value() {
      return control.valueAsNumber;
    },
    set value(value) {
      control.valueAsNumber = value;
      showValue();
    },
    get max() {
      return Number(control.max);
    },
    set max(max) {
      control.max = String(max);
      showValue();
    },
  };
}

export function toggle(text: string, initial: boolean, onChange: () => void): { readonly element: HTMLElement; readonly value: boolean } {
  const control = h('input', { type: 'checkbox', checked: initial });
  control.addEventListener('change', onChange);
  return {
    element: labelled(text, control),
    get value() {
      return control.checked;
    },
  };
}

export function writing(text: string, rows: number, onInput: () => void): { readonly element: HTMLElement; value: string } {
  const control = h('textarea', { rows, spellcheck: 'false', autocomplete: 'off' });
  control.addEventListener('input', onInput);
  return {
    element: labelled(text, control),
    get value() {
      return control.value;
    },
    set value(value) {
      control.value = value;
    },
  };
}

export function button(text: string, onPress: () => void): HTMLButtonElement {
  const control = h('button', { type: 'button' }, text);
  control.addEventListener('click', onPress);
  return control;
}

export function controls(...elements: HTMLElement[]): HTMLElement {
  return h('div', { class: 'lab-controls' }, ...elements);
}

// ---- Pictures -------------------------------------------------------------------------------------------

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

export interface Series {
  readonly name: string;
  /** In the unit of the chart, evenly spaced. */
  readonly values: readonly number[];
}

export interface Chart {
  /** What the chart shows, in a sentence: its text alternative. */
  readonly says: string;
  readonly series: readonly Series[];
  /** The value at the top. */
  readonly most: number;
  /** What stands at the left, from the top down. */
  readonly scale: readonly string[];
  /** What stands below, from left to right. */
  readonly span: readonly string[];
  /** Where a vertical line stands, as a share of the width from 0 to 1. */
  readonly mark?: number;
}

/** Curves over one another, as wide as there is room. `show` draws it anew. */
export function chart(title: string): { readonly element: HTMLElement; show(chart: Chart): void } {
  const element = h('figure', { class: 'lab-chart' });
  const show = ({ says, series, most, scale, span, mark }: Chart) => {
    const plot = svg('svg', { viewBox: '0 0 1000 200', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: ${says}` });
    for (const y of [0, 100, 200]) plot.append(svg('line', { x1: 0, x2: 1000, y1: y, y2: y, class: 'lab-grid' }));
    if (mark !== undefined) plot.append(svg('line', { x1: 1000 * mark, x2: 1000 * mark, y1: 0, y2: 200, class: 'lab-mark' }));
    for (const [index, { values }] of series.entries()) {
      plot.append(svg('polyline', { points: pointsOf(values, most), class: `lab-line lab-series-${index + 1}` }));
    }
    const texts = (items: readonly string[], name: string) =>
      h('div', { class: name, 'aria-hidden': 'true' }, ...items.map((item) => h('span', {}, item)));
    element.replaceChildren(
      h('figcaption', {}, title, legend(series.map(({ name }) => name))),
      texts(scale, 'lab-scale'),
      plot,
      texts(span, 'lab-span'),
    );
  };
  return { element, show };
}

function pointsOf(values: readonly number[], most: number): string {
  const step = 1000 / Math.max(1, values.length - 1);
  return values.map((value, index) => `${(index * step).toFixed(1)},${(200 - (200 * Math.min(value, most)) / (most || 1)).toFixed(1)}`).join(' ');
}

export function legend(names: readonly string[]): HTMLElement {
  return h('span', { class: 'lab-legend' }, ...names.map((name, index) => h('span', { class: `lab-key lab-series-${index + 1}` }, name)));
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** The value as it is read. */
  readonly text: string;
}

/** Bars from the left, each with its name and value; the longest is as long as there is room. */
export function bars(title: string): { readonly element: HTMLElement; show(bars: readonly Bar[]): void } {
  const element = h('figure', { class: 'lab-bars' });
  const show = (all: readonly Bar[]) => {
    const most = Math.max(...all.map(({ value }) => value), Number.MIN_VALUE);
    const rows = all.map(({ name, value, text }) =>
      h(
        'div',
        { class: 'lab-bar', role: 'listitem' },
        h('span', {}, name),
        h('span', { class: 'lab-bar-track', 'aria-hidden': 'true' }, h('span', { style: `width: ${((100 * value) / most).toFixed(1)}%` })),
        h('span', {}, text),
      ),
    );
    element.replaceChildren(h('figcaption', {}, title), h('div', { role: 'list' }, ...rows));
  };
  return { element, show };
}

/** Numbers with headings; those of a row are known by the row's first. */
export function table(caption: string, columns: readonly string[]): { readonly element: HTMLElement; show(rows: readonly (readonly string[])[]): void } {
  const body = h('tbody');
  const head = h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)));
  const element = h('div', { class: 'lab-table', role: 'region', 'aria-label': caption, tabindex: 0 }, h('table', {}, h('caption', {}, caption), h('thead', {}, head), body));
  const show = (rows: readonly (readonly string[])[]) => {
    const row = ([name, ...values]: readonly string[]) =>
      h('tr', { 'data-row': name! }, h('th', { scope: 'row' }, name!), ...values.map((value) => h('td', {}, value)));
    body.replaceChildren(...rows.map(row));
  };
  return { element, show };
}

/** A line that is read aloud when it changes. */
export function status(): HTMLElement {
  return h('p', { class: 'lab-status', role: 'status' });
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
export const count = (value: number): string => value.toLocaleString('en-GB');
