import {make} from './dom.js';

let known = new Map();
let probe = null;

/// The colour that a CSS variable stands for in the theme of now, for what is painted on a canvas.
export function colour(name) {
  if (!known.has(name)) {
    if (probe === null) {
      probe = make('span', {hidden: true});
      document.body.append(probe);
    }
    probe.style.color = `var(${name})`;
    known.set(name, getComputedStyle(probe).color);
  }
  return known.get(name);
}

/// To be called when the theme has changed.
export function forget_colours() {
  known = new Map();
}
