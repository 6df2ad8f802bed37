/// Sets the text of an element, unless it is there already: what did not change is not touched.
export function set_text(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function set_attribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) {
      element.removeAttribute(name);
    }
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

export function set_hidden(element, hidden) {
  if (element.hidden !== hidden) {
    element.hidden = hidden;
  }
}

/// A new element with properties set (className, textContent, ...) and children appended.
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function find(id) {
  return document.getElementById(id);
}
