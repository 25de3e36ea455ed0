// The viewer's tools: other citations, search, copy and download, with their keys.
const field = find('.fn-search-field');
const search = { query: '', matches: [], more: false, current: -1, turn: 0, timer: 0 };

// The citations of the answer that the open one belongs to, in the order of its text.
function siblings() {
  const active = document.querySelector('.fn-active');
  const turn = active?.closest('.fn-turn');
  if (!turn) return { nodes: [], at: -1 };
  if (active.matches('.fn-nearest-link')) {
    const links = [...turn.querySelectorAll('.fn-nearest-link')];
    return { nodes: links, at: links.indexOf(active) };
  }
  const all = [...turn.querySelectorAll('.fn-answer-text button.fn-marker')];
  const nodes = all.filter((node, place) => all.findIndex((other) => sameMarker(node, other)) === place);
  const own = active.matches('.fn-marker') ? active : active.closest('li')?.querySelector('.fn-marker');
  return { nodes, at: nodes.findIndex((node) => sameMarker(node, own)) };
}

const sameMarker = (one, other) => one.textContent === other?.textContent;

function stepCitation(step) {
  const { nodes, at } = siblings();
  const next = nodes[at + step];
  if (next === undefined) return;
  const follow = document.activeElement === document.querySelector('.fn-active');
  next.click();
  if (follow) next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

function showTools() {
  const { nodes, at } = siblings();
  find('.fn-citations').hidden = nodes.length < 2 || at < 0;
  find('.fn-citations .fn-tool-count').textContent = t('one_of', { number: at + 1, total: nodes.length });
  turnOff('previous-citation', at <= 0);
  turnOff('next-citation', at >= nodes.length - 1);
  find('.fn-switch').hidden = !view.paged;
  turnOff('copy', !shown.quote);
  find('[data-do=download]').hidden = !view.downloadable;
}

function forgetSearch() {
  clearTimeout(search.timer);
  Object.assign(search, { query: '', matches: [], more: false, current: -1, turn: search.turn + 1 });
  field.value = '';
  drawCount();
}

function drawCount() {
  const { query, matches, more, current } = search;
  const total = numerals.format(matches.length) + (more ? '+' : '');
  const place = current >= 0 ? t('one_of', { number: current + 1, total }) : t('matches', { total });
  find('.fn-search-count').textContent = query.trim() === '' ? '' : matches.length ? place : t('matches_none');
  turnOff('previous-match', matches.length === 0);
  turnOff('next-match', matches.length === 0);
}

async function runSearch() {
  clearTimeout(search.timer);
  if (shown === null || field.value === search.query) return;
  const turn = ++search.turn;
  const query = field.value;
  const wasEmpty = search.matches.length === 0;
  const asked = { document_id: shown.document_id, query };
  const reply = query.trim() === '' ? { matches: [], more: false } : await ask('search_document', asked);
  if (turn !== search.turn) return;
  if (reply.error !== undefined) {
    showNote(reply.error);
    return;
  }
  Object.assign(search, { query, matches: reply.matches, more: reply.more, current: -1 });
  drawCount();
  if (reply.matches.length > 0) await showMatch(nearestMatch());
  else if (!wasEmpty) await show(plain(), { keepPlace: true, page: onShow?.number ?? null });
}

// Where the quote is, or after it: that is where the reader looks.
function nearestMatch() {
  const after = search.matches.findIndex(([start]) => start >= shown.start);
  return after < 0 ? 0 : after;
}

function plain() {
  const { query, focus, ...request } = shown;
  return request;
}

async function showMatch(place) {
  search.current = place;
  drawCount();
  const [start, end] = search.matches[place];
  const { reach, ...request } = plain();
  await show({ ...request, query: search.query, focus: [start, end] });
}

async function stepMatch(step) {
  if (field.value !== search.query) {
    await runSearch();
    return;
  }
  const count = search.matches.length;
  if (count > 0) await showMatch((search.current + step + count) % count);
}

async function clearSearch() {
  const had = search.matches.length > 0;
  forgetSearch();
  if (had) await show(plain(), { keepPlace: true, page: onShow?.number ?? null });
}

async function copyQuote() {
  const place = [view.title, ...reference()].join(', ');
  const cited = '“' + shown.quote + '”\n— ' + place;
  say('');
  if (await write(cited)) say(t('quote_copied'));
  else showNote(t('quote_refused'));
}

async function write(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return writeByCommand(words); // a page that isn't served over HTTPS has no clipboard
  }
}

function writeByCommand(words) {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = words;
  area.className = 'fn-unseen';
  element.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  before?.focus({ preventScroll: true });
  return done;
}

async function download() {
  say(t('download_begun'));
  const reply = await ask('download_source', { document_id: shown.document_id });
  if (reply.error !== undefined) {
    showNote(reply.error);
    return;
  }
  const bytes = Uint8Array.from(atob(reply.data), (character) => character.charCodeAt(0));
  const link = document.createElement('a');
  // Never as a type that a browser would open: what is in a document must not run as this page.
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  link.download = reply.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  say(t('download_done', { name: reply.name }));
}

const actions = {
  'previous-citation': () => stepCitation(-1),
  'next-citation': () => stepCitation(1),
  'previous-match': () => stepMatch(-1),
  'next-match': () => stepMatch(1),
  'previous-page': () => turnTo(onShow.number - 1),
  'next-page': () => turnTo(onShow.number + 1),
  'zoom-out': () => stepZoom(-1),
  'zoom-fit': () => zoomTo(1),
  'zoom-in': () => stepZoom(1),
  copy: copyQuote,
  download,
};
for (const [name, act] of Object.entries(actions)) {
  const node = find('[data-do=' + name + ']');
  node.addEventListener('click', () => node.getAttribute('aria-disabled') !== 'true' && act());
}
for (const button of element.querySelectorAll('[data-mode]')) {
  button.addEventListener('click', () => prefer(button.dataset.mode));
}

field.addEventListener('input', () => {
  clearTimeout(search.timer);
  search.timer = setTimeout(runSearch, 250);
});
field.addEventListener('search', () => field.value === '' && clearSearch()); // its cross was clicked
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') {
    event.preventDefault();
    stepMatch(event.shiftKey ? -1 : 1);
  } else if (event.key === 'Escape' && field.value !== '') {
    event.stopPropagation();
    clearSearch();
  }
});

function onKey(event) {
  if (!panes.classList.contains('fn-reading')) return;
  if (event.key === 'Escape') {
    close();
    return;
  }
  const node = event.target;
  // Single letters count only in the viewer or on the marker that is open, never while typing.
  const mine = element.contains(node) || node.matches?.('.fn-active');
  if (!mine || node.matches('input, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'n') stepCitation(1);
  else if (event.key === 'p') stepCitation(-1);
  else if (event.key === '/' && shown !== null) {
    event.preventDefault();
    field.focus();
  }
}
document.addEventListener('keydown', onKey);
