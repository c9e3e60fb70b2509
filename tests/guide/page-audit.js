// Runs in the page. Returns what somebody would stumble over there, as sentences.
(() => {
  const found = [];
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const nameOf = (element) => {
    const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
    return `${element.tagName.toLowerCase()}${element.className ? `.${String(element.className).split(' ')[0]}` : ''} "${text}"`;
  };

  // ---- Structure ----

  if (!document.documentElement.lang) found.push('the page has no language');
  if (!document.title) found.push('the page has no title');
  const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter((heading) => heading.closest('.col-content, main'));
  if (headings.filter(({ tagName }) => tagName === 'H1').length !== 1) found.push('the page has not exactly one h1');
  let level = 0;
  for (const heading of headings) {
    const is = Number(heading.tagName[1]);
    if (is > level + 1) found.push(`${nameOf(heading)} skips a level`);
    level = is;
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) found.push(`two elements are called ${id}`);
  for (const image of document.querySelectorAll('img:not([alt]), svg[role=img]:not([aria-label])')) found.push(`${nameOf(image)} has no text alternative`);
  for (const control of document.querySelectorAll('input, select, textarea')) {
    const isNamed = control.labels.length > 0 || control.getAttribute('aria-label') || control.getAttribute('aria-labelledby') || control.title;
    if (!isNamed) found.push(`${nameOf(control)} has no label`);
  }
  for (const control of document.querySelectorAll('button, a[href]')) {
    if (!isShown(control)) continue;
    if (!control.textContent.trim() && !control.getAttribute('aria-label') && !control.title) found.push(`${nameOf(control)} has no name`);
  }
  for (const lab of document.querySelectorAll('[data-lab]')) if (!('ready' in lab.dataset)) found.push(`the lab ${lab.dataset.lab} did not start`);

  for (const code of document.querySelectorAll('pre')) if (code.textContent.startsWith('{@')) found.push(`${nameOf(code)} was not resolved`);

  // ---- Width ----

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      return isShown(element) && element.getBoundingClientRect().right > clientWidth + 1 && !element.closest('pre, .guide-table, .lab-table');
    });
    found.push(`the page is ${scrollWidth} wide where there is room for ${clientWidth}: ${wide.slice(0, 3).map(nameOf).join(', ')}`);
  }

  // ---- Contrast (WCAG 2.2, 1.4.3) ----

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const luminance = ([r, g, b]) => {
    const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, color) => over(color, below), rgba('Canvas'));
  };
  const seen = new Set();
  const styles = new Set();
  const pathOf = (element) => (element ? `${pathOf(element.parentElement)}/${element.tagName}.${element.className}` : '');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || seen.has(element) || ['SCRIPT', 'STYLE', 'OPTION'].includes(element.tagName)) continue;
    seen.add(element);
    if (!isShown(element)) continue;
    const path = pathOf(element); // the same path is the same style, and there are thousands of the same
    if (styles.has(path)) continue;
    styles.add(path);
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const background = behind(element);
    const [light, dark] = [luminance(over(rgba(color), background)), luminance(background)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const isLarge = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${nameOf(element)} has a contrast of ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)];
})();
