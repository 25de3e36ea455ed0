// What all scripts of the page use: its words in the visitor's language, and making nodes.
const language = navigator.languages.flatMap((tag) => [tag, tag.split('-')[0]])
  .find((tag) => Object.hasOwn(STRINGS, tag)) ?? 'en';
const words = { ...STRINGS.en, ...STRINGS[language] };
const plural = new Intl.PluralRules(language);
const numerals = new Intl.NumberFormat(language);

// The string of this name, with {fields} filled in; a `count` chooses between its forms.
function t(name, fields = {}) {
  const form = fields.count === undefined ? '' : '_' + plural.select(fields.count);
  const text = words[name + form] ?? words[name + '_other'] ?? words[name];
  return text.replace(/\{(\w+)\}/g, (whole, field) => {
    const value = fields[field];
    return typeof value === 'number' ? numerals.format(value) : value ?? whole;
  });
}

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null));
  return node;
}

function button(className, ...children) {
  const node = make('button', className, ...children);
  node.type = 'button';
  return node;
}

// Templates name their strings in `data-t` (the text) and `data-t-label` (for screen readers).
function fillIn(root) {
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll('[data-t-label]')) {
    node.setAttribute('aria-label', t(node.dataset.tLabel));
  }
}

function isTyping(node) {
  return node instanceof HTMLElement && (node.isContentEditable || node.matches('input, textarea, select'));
}

fillIn(element);
