// Narrows a question to single documents. Titles and sources only ever become text nodes.
const choice = element.querySelector('.fn-choice');
const opener = choice.querySelector('.fn-choose');
const chooser = element.querySelector('.fn-chooser');
const sought = chooser.querySelector('.fn-chooser-search');
const choosable = chooser.querySelector('.fn-chooser-list');
let seeking = 0; // a slow reply must not replace a newer one

function chosenDocuments() {
  return props.value?.chosen ?? [];
}

function inScope(documents, collection) {
  return documents.filter((item) => !collection || item.collection === collection);
}

function choose(documents) {
  props.value = { ...props.value, chosen: documents, lost: false };
  drawChoice(props.value);
}

function tick(item, ticked) {
  const others = chosenDocuments().filter((other) => other.id !== item.id);
  choose(ticked ? [...others, item] : others);
}

function drawChoice(value) {
  const count = chosenDocuments().length;
  choice.hidden = Boolean(value.shared) || (value.documents < 2 && count === 0);
  choice.classList.toggle('fn-narrowed', count > 0);
  opener.textContent = count ? t('chosen', { count }) : t('chosen_all');
  opener.setAttribute('aria-label', t('choose_label', { chosen: opener.textContent }));
  choice.querySelector('.fn-choice-clear').hidden = count === 0;
  chooser.querySelector('.fn-chooser-clear').disabled = count === 0;
  for (const node of [opener, choice.querySelector('.fn-choice-clear')]) node.disabled = Boolean(underWay());
  drawChosenCount(count);
}

function drawChosenCount(count) {
  const most = Number(chooser.dataset.most ?? Infinity);
  const text = count ? t('chosen', { count }) : t('chosen_all');
  chooser.querySelector('.fn-chooser-count').textContent = count >= most ? t('chosen_most', { count }) : text;
  for (const box of choosable.querySelectorAll('input')) box.disabled = count >= most && !box.checked;
}

function choosableRow(item, ticked) {
  const box = make('input', '');
  box.type = 'checkbox';
  box.checked = ticked;
  box.addEventListener('change', () => tick(item, box.checked));
  const source = item.source === item.title ? null : make('bdi', 'fn-chooser-source', item.source);
  const named = make('span', 'fn-chooser-named', make('bdi', '', item.title), source);
  return make('li', '', make('label', '', box, named));
}

// What is ticked comes first, where no name is looked for, so that it can be seen and taken back.
function drawChoosable(reply, query) {
  const chosen = chosenDocuments();
  const ids = new Set(chosen.map((item) => item.id));
  const found = query ? reply.documents : [...chosen, ...reply.documents.filter((item) => !ids.has(item.id))];
  chooser.dataset.most = reply.most;
  choosable.replaceChildren(...found.map((item) => choosableRow(item, ids.has(item.id))));
  const shown = reply.documents.length;
  const cut = t('chooser_shown', { shown, total: reply.total });
  const note = told(reply.error) || (reply.total === 0 ? t('chooser_none') : shown < reply.total ? cut : '');
  chooser.querySelector('.fn-chooser-note').textContent = note;
  drawChosenCount(chosen.length);
}

async function seek() {
  const turn = ++seeking;
  const query = sought.value.trim();
  const asked = { query, collection: props.value.collection ?? null };
  const nothing = { documents: [], total: 0, error: t('no_server') };
  const reply = await reached(server.find_documents(asked), nothing);
  if (turn === seeking) drawChoosable(reply, query);
}

function openChooser() {
  sought.value = '';
  choosable.replaceChildren();
  chooser.showModal();
  seek();
}

function clearChoice(focusNext) {
  choose([]);
  for (const box of choosable.querySelectorAll('input')) box.checked = false;
  focusNext.focus();
}

// Up and down move along the field and the boxes below it.
function onChooserKey(event) {
  event.stopPropagation(); // what is behind has keys of its own
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const stops = [sought, ...choosable.querySelectorAll('input:enabled')];
  const at = stops.indexOf(event.target);
  if (!step || at < 0) return;
  event.preventDefault();
  stops[at + step]?.focus();
}

opener.addEventListener('click', openChooser);
choice.querySelector('.fn-choice-clear').addEventListener('click', () => clearChoice(opener));
chooser.querySelector('.fn-chooser-clear').addEventListener('click', () => clearChoice(sought));
chooser.querySelector('.fn-chooser-done').addEventListener('click', () => chooser.close());
chooser.addEventListener('keydown', onChooserKey);
afterTyping(sought, seek);
