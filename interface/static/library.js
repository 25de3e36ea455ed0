// Draws the library. File names and titles only ever become text nodes.
const list = find('.fn-documents-list');
const filter = find('.fn-filter select');
const sought = find('.fn-find');
let looks = 0; // for documents, of which the last one counts
const outcomes = find('.fn-outcomes');

function tell(message, failed = false) {
  outcomes.replaceChildren(make('p', 'fn-message' + (failed ? ' fn-failure' : ''), message));
}

function day(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? moment : date.toISOString().slice(0, 10);
}

function facts(item) {
  const parts = [];
  if (item.source !== item.title) parts.push(item.source);
  if (item.collection !== 'default') parts.push(t('in_collection', { collection: item.collection }));
  parts.push(t('characters', { count: item.size }), t('passages', { count: item.chunks }));
  if (item.date !== null) parts.push(t('dated', { date: item.date }));
  parts.push(t('changed', { date: day(item.modified) }));
  return sideBySide(parts);
}

function remover(item) {
  const place = make('span', 'fn-remove');
  const on = (node, action) => {
    node.addEventListener('click', action);
    return node;
  };
  const ask = on(button('fn-quiet', t('remove')), () => {
    place.replaceChildren(yes, no);
    no.focus();
  });
  const yes = on(button('fn-danger', t('remove_yes')), () => trigger('remove', { id: item.id }));
  const no = on(button('fn-quiet', t('remove_no')), () => {
    place.replaceChildren(ask);
    ask.focus();
  });
  ask.setAttribute('aria-label', t('remove_label', { title: item.title }));
  place.append(ask);
  return place;
}

// Does long work on the server while its button shows how far it is; a second press stops it.
async function doLong(node, start) {
  if (running.has(node.dataset.token)) {
    server.stop_job(node.dataset.token);
    return;
  }
  if (working || running.size > 0) {
    tell(t('busy'), true);
    return;
  }
  const label = node.textContent;
  const token = newToken();
  node.dataset.token = token;
  node.textContent = t('working');
  const show = (step) => { node.textContent = tellStep(step) + ' · ' + t('stop'); };
  const unreached = { outcomes: [{ state: 'refused', source: '', reason: t('upload_failed') }] };
  const reply = await reached(follow(token, start(token), show), unreached);
  node.textContent = label;
  const failed = reply.outcomes.filter((outcome) => ['refused', 'stopped'].includes(outcome.state));
  const total = (state) => reply.outcomes.filter((outcome) => outcome.state === state).length;
  const added = t('said_added', { added: total('added'), unchanged: total('unchanged'), refused: failed.length });
  const removed = total('removed');
  const counts = removed > 0 ? added + ', ' + t('said_removed', { removed }) : added;
  const reasons = failed.map((outcome) => [outcome.source, told(outcome.reason)].filter(Boolean).join(': '));
  tell([counts, ...reasons].join(' · '), failed.length > 0);
  trigger('renew', {});
}

function reindexer(item) {
  const node = button('fn-quiet', t('reindex'));
  node.setAttribute('aria-label', t('reindex_label', { title: item.title }));
  node.addEventListener('click', () => doLong(node, (token) => server.reindex({ id: item.id, token })));
  return node;
}

function row(item) {
  const status = make('span', 'fn-status' + (item.has_file ? '' : ' fn-gone'), t(item.has_file ? 'status_indexed' : 'status_gone'));
  const text = make('div', 'fn-document-text', make('bdi', 'fn-document-title', item.title),
    make('span', 'fn-document-facts', ...facts(item)));
  return make('li', 'fn-document', text, make('span', 'fn-document-actions', status,
    item.has_file ? reindexer(item) : null, remover(item)));
}

function drawFilter(value) {
  const names = value.collections ?? [];
  const chosen = filter.value;
  find('.fn-filter').hidden = names.length < 2;
  filter.replaceChildren(new Option(t('scope_all'), ''), ...names.map((name) => new Option(name, name)));
  filter.value = names.includes(chosen) ? chosen : '';
  find('#fn-collections').replaceChildren(...names.map((name) => new Option(name, name)));
}

// The page has the first documents of all; the first of those that are sought the server has to find.
async function drawDocuments() {
  const look = ++looks;
  const asked = { query: sought.value.trim(), collection: filter.value || null };
  const narrowed = asked.query !== '' || asked.collection !== null;
  const nothing = { documents: [], total: 0, error: t('no_server') };
  const found = narrowed ? await reached(server.find_documents(asked), nothing) : props.value;
  if (look !== looks) return;
  const { documents, total } = found;
  if (found.error) tell(told(found.error), true);
  find('.fn-documents-count').textContent = total === documents.length
    ? numerals.format(total) : t('library_shown', { shown: documents.length, total });
  find('.fn-documents-empty').textContent = t(narrowed ? 'chooser_none' : 'library_empty');
  find('.fn-documents-empty').hidden = total > 0;
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const place = [...list.children].findIndex((node) => node.contains(focused));
  list.replaceChildren(...documents.map(row));
  if (focused !== null) keepFocus(focused.getAttribute('aria-label'), place);
}

// On the same button of the same document; where it is gone, on the document that took its place.
function keepFocus(label, place) {
  const buttons = [...list.querySelectorAll('button')];
  const same = buttons.find((node) => label !== null && node.getAttribute('aria-label') === label);
  const next = list.children[Math.min(place, list.children.length - 1)]?.querySelector('button');
  (same ?? next ?? find('.fn-choose-files')).focus();
}

function draw() {
  const value = props.value;
  if (!value || !value.documents) return;
  if (value.removed) tell(t('told_removed', value.removed));
  if (value.message) tell(told(value.message), value.failed);
  find('.fn-drop-types').textContent = t('drop_types', { types: value.suffixes.join(' ') });
  find('.fn-rescan').hidden = value.folders === 0;
  drawFilter(value);
  drawDocuments();
}

filter.addEventListener('change', drawDocuments);
afterTyping(sought, drawDocuments);
find('.fn-rescan').addEventListener('click', (event) => doLong(event.currentTarget, (token) => server.rescan(token)));
find('.fn-into').setAttribute('aria-label', t('collection_name'));
watch('value', draw);
draw();
