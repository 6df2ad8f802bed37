import {make} from './dom.js';

// What would hide in a name, or turn the text around it: control characters, and characters that
// have no width or set the direction of writing. The joiners of emoji stay.
const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/// How many of so many characters stay in sight at the end when the middle of a name is cut.
function tail_length(length) {
  return length < 6 ? 0 : Math.min(8, Math.floor(length * 0.4));
}

/// A name in which nothing is invisible: "a\u202eb" for what would read from right to left.
export function visible_name(name) {
  return name.replace(hidden, (character) => {
    const code = character.codePointAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

function spaces(text) {
  // The spaces are there, to be copied; the style sheet draws what makes them visible.
  return make('span', {className: 'space', textContent: text});
}

const escapes = /(\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\\\)/;

// `escaped`: what looks like an escape is one, and looks different from a name that only reads so.
function append_text(element, text, escaped) {
  const [, before, middle, after] = /^( *)(.*?)( *)$/s.exec(text);
  if (before) {
    element.append(spaces(before));
  }
  const pieces = escaped ? middle.split(escapes) : [middle];
  element.append(...pieces.map((piece, i) => (i % 2 === 1
    ? make('span', {className: 'escape', textContent: piece}) : piece)));
  if (after) {
    element.append(spaces(after));
  }
}

/// Fills `element` with a name: the whole of it, as text, in two pieces between which the style sheet
/// cuts where there is no room. Never markup. `escaped` as in the rows of /api/topkeys.
export function fill_name(element, name, escaped = false) {
  const text = visible_name(name);
  const marked = escaped || text !== name;
  if (text === '') {
    element.replaceChildren(make('span', {className: 'nothing', textContent: '(empty name)'}));
    return;
  }
  const characters = [...text];
  const cut = characters.length - tail_length(characters.length);
  const head = make('span', {className: 'head'});
  append_text(head, characters.slice(0, cut).join(''), marked);
  element.replaceChildren(head);
  element.style.setProperty('--tail', characters.length - cut);
  if (cut < characters.length) {
    const tail = make('span', {className: 'tail'});
    append_text(tail, characters.slice(cut).join(''), marked);
    element.append(tail);
  }
}
