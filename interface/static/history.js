// Draws the list of conversations. Titles only ever become text nodes.
const find = (selector) => element.querySelector(selector);
const section = find('.fn-history');
const panel = find('.fn-history-panel');
const toggle = find('.fn-history-toggle');
const search = find('.fn-history-search');
const list = find('.fn-history-list');
const WIDE = matchMedia('(min-width: 1100px)');
const NARROW = matchMedia('(max-width: 860px)');
const KEY = 'footnote-history-open';
const WAIT = 'Wait until the question is answered.';
let shown = { id: null, latest: null }; // the conversation on show, and its last kept answer
let busy = null; // the item whose title is edited, which nothing may draw over
let pending = null;

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function button(className, label, action) {
  const node = make('button', className, label);
  node.type = 'button';
  node.addEventListener('click', action);
  return node;
}

function say(text) {
  const message = find('.fn-history-message');
  message.hidden = !text;
  message.textContent = text;
}

function send(event, details) {
  trigger(event, { ...details, query: search.value });
}

function day(moment) {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  return today ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString([], { year: 'numeric', month: 'short', day: 'numeric' });
}

function facts(item) {
  return day(item.used) + ' · ' + item.turns + (item.turns === 1 ? ' question' : ' questions');
}

function remember(open) {
  try {
    localStorage.setItem(KEY, String(open));
  } catch (error) { /* without storage it opens as it does for a new visitor */ }
}

function setOpen(open) {
  panel.hidden = !open;
  section.classList.toggle('fn-history-open', open);
  toggle.setAttribute('aria-expanded', String(open));
  if (open && NARROW.matches) search.focus();
}

function close() {
  setOpen(false);
  toggle.focus();
}

function answering() {
  if (!document.querySelector('#conversation .fn-working')) return false;
  say(WAIT);
  return true;
}

function openItem(item) {
  if (answering()) return;
  send('open', { id: item.id });
  if (NARROW.matches) close();
}

function editTitle(item, row) {
  const field = make('input', 'fn-history-title-field');
  const form = make('form', 'fn-history-edit', field);
  const done = () => { busy = null; draw(); focusItem(item.id); };
  field.value = item.title;
  field.maxLength = 120;
  field.dir = 'auto';
  field.setAttribute('aria-label', 'Title of the conversation');
  const save = make('button', 'fn-quiet', 'Save');
  save.type = 'submit';
  form.append(save, button('fn-quiet', 'Cancel', done));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy = null;
    send('rename', { id: item.id, title: field.value });
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    done();
  });
  busy = item.id;
  row.replaceChildren(form);
  field.focus();
  field.select();
}

function askToDelete(item, actions) {
  const keep = button('fn-quiet', 'Keep', () => { draw(); focusItem(item.id); });
  const yes = button('fn-danger', 'Delete for good', () => {
    search.focus(); // this button is about to go
    send('discard', { id: item.id, shown: item.id === shown.id });
  });
  actions.replaceChildren(yes, keep);
  keep.focus();
}

function actionsOf(item, row) {
  const actions = make('div', 'fn-history-actions');
  actions.append(
    button('fn-quiet', 'Rename', () => editTitle(item, row)),
    button('fn-quiet', 'Markdown', () => send('export', { id: item.id, format: 'markdown' })),
    button('fn-quiet', 'JSON', () => send('export', { id: item.id, format: 'json' })),
    button('fn-danger', 'Delete', () => askToDelete(item, actions)),
  );
  return actions;
}

function drawItem(item) {
  const title = make('bdi', 'fn-history-title', item.title);
  const link = button('fn-history-item', '', () => openItem(item));
  const row = make('li', 'fn-history-row');
  const more = button('fn-history-more', '⋯', () => {
    const old = row.querySelector('.fn-history-actions');
    more.setAttribute('aria-expanded', String(!old));
    if (old) old.remove();
    else row.append(actionsOf(item, row));
  });
  link.append(title, make('span', 'fn-history-facts', facts(item)));
  link.dataset.id = item.id;
  if (item.id === shown.id) link.setAttribute('aria-current', 'true');
  more.setAttribute('aria-label', 'Actions for ' + item.title);
  more.setAttribute('aria-expanded', 'false');
  row.append(link, more);
  return row;
}

function focusItem(id) {
  list.querySelector('[data-id="' + CSS.escape(id) + '"]')?.focus();
}

function draw() {
  const value = props.value;
  if (!value || !value.conversations || busy !== null) return;
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  say(value.message);
  list.replaceChildren(...value.conversations.map(drawItem));
  const note = find('.fn-history-note');
  note.textContent = noteOn(value);
  note.hidden = !note.textContent || Boolean(value.message);
  if (focused) focusItem(focused);
}

function noteOn(value) {
  if (value.conversations.length === 0) {
    return value.query ? 'Nothing found.' : 'Your questions and their answers are kept here.';
  }
  return value.more ? 'Search for older conversations.' : '';
}

function ask(delay) {
  clearTimeout(pending);
  pending = setTimeout(() => send('search', {}), delay);
}

document.addEventListener('footnote:shown', ({ detail }) => {
  const changed = detail.id !== shown.id || detail.latest !== shown.latest;
  shown = detail;
  if (!changed) return;
  draw(); // at once, as the list itself may come back unchanged
  if (detail.id) ask(0);
});
toggle.addEventListener('click', () => { setOpen(panel.hidden); remember(!panel.hidden); });
find('.fn-history-close').addEventListener('click', close);
find('.fn-history-new').addEventListener('click', () => {
  if (answering()) return;
  if (new URLSearchParams(location.search).has('answer')) location.assign(location.pathname);
  else trigger('fresh', {});
  if (NARROW.matches) setOpen(false);
  document.querySelector('#question textarea')?.focus();
});
search.addEventListener('input', () => { busy = null; ask(200); });
section.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && NARROW.matches && !panel.hidden) close();
});

let kept = null;
try {
  kept = localStorage.getItem(KEY);
} catch (error) { /* as a new visitor */ }
setOpen(!NARROW.matches && (kept === null ? WIDE.matches : kept === 'true'));
watch('value', draw);
draw();
