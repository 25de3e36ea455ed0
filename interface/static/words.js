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
    return typeof value === 'number' ? numerals.format(value) : isolate(value ?? whole);
  });
}

// In a page that runs from right to left, a name from elsewhere keeps its own direction.
function isolate(text) {
  return words.direction === 'rtl' ? '\u2068' + text + '\u2069' : text;
}

// What the server says is the name of a string, or words of its own, such as an error's.
function told(text) {
  return Object.hasOwn(words, text) ? words[text] : text;
}

// The server's `page 3`, `slide 2` or `sheet Prices, row 12` in the visitor's language.
function placed(place) {
  const [before, row] = /^(?:(.*), )?row (\d+)$/s.exec(place)?.slice(1) ?? [place, null];
  const [kind, name] = /^(page|slide|sheet|chapter) (.+)$/s.exec(before ?? '')?.slice(1) ?? [];
  const first = kind ? t('place_' + kind, { name }) : before;
  return [first, row && t('place_row', { name: row })].filter(Boolean).join(', ');
}

// What the server replies, or something else where it can't be reached: Gradio's calls then end
// with nothing.
async function reached(call, otherwise) {
  try {
    return (await call) ?? otherwise;
  } catch (error) {
    return otherwise;
  }
}

const TYPING_PAUSE_MS = 200;

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null));
  return node;
}

// Names and places side by side, each in its own direction.
function sideBySide(parts) {
  return parts.flatMap((part, index) => [index ? ' · ' : '', make('bdi', '', part)]);
}

// Acts once a field has not been typed in for a moment.
function afterTyping(field, act) {
  let timer = 0;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(act, TYPING_PAUSE_MS);
  });
}

function button(className, ...children) {
  const node = make('button', className, ...children);
  node.type = 'button';
  return node;
}

// Templates name their strings in `data-t` (the text), `data-t-label` (for screen readers),
// `data-t-title` and `data-t-placeholder`.
function fillIn(root) {
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const [name, attribute] of [['label', 'aria-label'], ['title', 'title'], ['placeholder', 'placeholder']]) {
    for (const node of root.querySelectorAll('[data-t-' + name + ']')) {
      node.setAttribute(attribute, t(node.getAttribute('data-t-' + name)));
    }
  }
}

function isTyping(node) {
  return node instanceof HTMLElement && (node.isContentEditable || node.matches('input, textarea, select'));
}

fillIn(element);
element.closest('[dir]')?.setAttribute('dir', words.direction); // the framework's blocks say ltr, whatever the page does
