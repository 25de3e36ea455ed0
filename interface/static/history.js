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
let shown = { id: null, latest: null }; // the conversation on show, and its last kept answer
let busy = null; // the item whose title is edited, which nothing may draw over
let pending = null;

function acting(className, label, action) {
  const node = button(className, label);
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
  return today ? date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString(language, { year: 'numeric', month: 'short', day: 'numeric' });
}

function facts(item) {
  return day(item.used) + ' · ' + t('questions', { count: item.turns });
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
  say(t('history_wait'));
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
  field.setAttribute('aria-label', t('history_title'));
  const save = make('button', 'fn-quiet', t('save'));
  save.type = 'submit';
  form.append(save, acting('fn-quiet', t('edit_cancel'), done));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send('rename', { id: item.id, title: field.value });
    done(); // at once, as a title that stays as it is brings no new list
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
  const keep = acting('fn-quiet', t('remove_no'), () => { draw(); focusItem(item.id); });
  const yes = acting('fn-danger', t('history_delete_yes'), () => {
    if (item.id === shown.id && answering()) return;
    search.focus(); // this button is about to go
    send('discard', { id: item.id, shown: item.id === shown.id });
  });
  actions.replaceChildren(yes, keep);
  keep.focus();
}

function actionsOf(item, row) {
  const actions = make('div', 'fn-history-actions');
  actions.append(
    acting('fn-quiet', t('history_rename'), () => editTitle(item, row)),
    acting('fn-quiet', t('history_markdown'), () => send('export', { id: item.id, format: 'markdown' })),
    acting('fn-quiet', t('history_json'), () => send('export', { id: item.id, format: 'json' })),
    acting('fn-danger', t('history_delete'), () => askToDelete(item, actions)),
  );
  return actions;
}

function drawItem(item) {
  const title = make('bdi', 'fn-history-title', item.title);
  const link = acting('fn-history-item', '', () => openItem(item));
  const row = make('li', 'fn-history-row');
  const more = acting('fn-history-more', '⋯', () => {
    const old = row.querySelector('.fn-history-actions');
    more.setAttribute('aria-expanded', String(!old));
    if (old) old.remove();
    else row.append(actionsOf(item, row));
  });
  link.append(title, make('span', 'fn-history-facts', facts(item)));
  link.dataset.id = item.id;
  if (item.id === shown.id) link.setAttribute('aria-current', 'true');
  more.setAttribute('aria-label', t('history_actions', { title: item.title }));
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
  say(told(value.message));
  list.replaceChildren(...value.conversations.map(drawItem));
  const note = find('.fn-history-note');
  note.textContent = noteOn(value);
  note.hidden = !note.textContent || Boolean(value.message);
  if (focused) focusItem(focused);
}

function noteOn(value) {
  if (value.conversations.length === 0) {
    return t(value.query ? 'history_none' : 'history_empty');
  }
  return value.more ? t('history_more') : '';
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
