// Draws passages of documents. Their text only ever becomes text nodes: it is never parsed as HTML.
const find = (selector) => element.querySelector(selector);
const body = find('.fn-viewer-body');
const text = find('.fn-viewer-text');
const panes = element.closest('#panes');
let shown = null; // the request that is on show
let view = null; // what the server said to it
let latest = 0; // a slow reply must not replace a newer one

function ask(name, request) {
  return reached(server[name](request), { error: t('no_server') });
}

function drawSegment(segment) {
  const span = document.createElement('span');
  if (segment.syntax) {
    span.className = 'fn-syntax';
  } else if (segment.level > 0) {
    span.className = 'fn-heading fn-heading-' + segment.level;
    span.setAttribute('role', 'heading');
    span.setAttribute('aria-level', Math.min(6, segment.level + 2)); // below the document's title
  }
  if (segment.found) span.classList.add(segment.found === 'current' ? 'fn-current' : 'fn-found');
  if (segment.place !== null) {
    span.classList.add('fn-page-start');
    const name = placed(segment.place);
    span.dataset.page = name[0].toLocaleUpperCase(language) + name.slice(1);
  }
  span.append(document.createTextNode(segment.text));
  return span;
}

function drawSegments(segments) {
  const nodes = document.createDocumentFragment();
  let mark = null;
  for (const segment of segments) {
    if (segment.quote && mark === null) {
      mark = document.createElement('mark');
      nodes.append(mark);
    }
    (segment.quote ? mark : nodes).append(drawSegment(segment));
  }
  text.replaceChildren(nodes);
}

function reference() {
  const parts = [];
  if (view.source !== view.title) parts.push(view.source);
  if (view.place !== null) parts.push(placed(view.place));
  if (view.date !== null) parts.push(view.date);
  return parts;
}

function setBusy(busy) {
  element.classList.toggle('fn-busy', busy);
  element.querySelector('.fn-viewer').setAttribute('aria-busy', String(busy));
}

function showNote(...notes) {
  const note = notes.filter(Boolean).map(told).join(' ');
  find('.fn-viewer-note').textContent = note;
  find('.fn-viewer-note').hidden = note === '';
}

// Unlike a disabled button, one that is off keeps the focus of whoever just pressed it.
function turnOff(action, off) {
  find('[data-do=' + action + ']').setAttribute('aria-disabled', String(off));
}

function say(words) {
  find('.fn-viewer-said').textContent = words;
}

// What is looked at: the current match of a search, else the quote.
const target = () => find('.fn-current') ?? find('mark');

function scrollToTarget(before) {
  const place = target()?.getBoundingClientRect();
  if (place === undefined) {
    if (before === undefined) body.scrollTop = 0;
    return;
  }
  const wanted = before ?? body.getBoundingClientRect().top + body.clientHeight / 4;
  body.scrollTop += place.top - wanted;
}

function showText(keepPlace, note = '') {
  const before = keepPlace ? target()?.getBoundingClientRect().top : undefined;
  drawSegments(view.segments);
  find('[data-side=before]').hidden = !view.more_before;
  find('[data-side=after]').hidden = !view.more_after;
  hidePages();
  body.hidden = false;
  showNote(view.note, note);
  scrollToTarget(before);
}

function showHead() {
  find('.fn-viewer-empty').hidden = true;
  find('.fn-viewer-head').hidden = false;
  find('.fn-viewer-title').textContent = view?.title ?? '';
  find('.fn-viewer-meta').replaceChildren(...(view === null ? [] : sideBySide(reference())));
  find('.fn-viewer-tools').hidden = view === null;
}

function fail(message, keepPlace) {
  if (!keepPlace) {
    view = null;
    shown = null;
    showHead();
    body.hidden = true;
    hidePages();
  }
  showNote(message);
}

async function show(request, { keepPlace = false, page = null } = {}) {
  const turn = ++latest;
  setBusy(true);
  const reply = await ask('open_passage', request);
  const paged = reply.paged === true && mode === 'page';
  const drawn = paged ? await askForPage(request, page) : null;
  if (turn !== latest) return;
  setBusy(false);
  panes.classList.add('fn-reading');
  if (reply.error !== undefined) {
    fail(reply.error, keepPlace);
    return;
  }
  view = reply;
  shown = { ...request, reach: view.reach };
  showHead();
  showTools();
  if (drawn === null || drawn.error !== undefined) {
    showText(keepPlace, drawn?.error);
  } else {
    showPage(drawn, keepPlace);
  }
}

function openCitation(request) {
  if (request.document_id !== shown?.document_id) forgetSearch();
  const { query, matches } = search;
  search.current = -1;
  drawCount();
  return show(matches.length ? { ...request, query } : { ...request });
}

function close() {
  panes.classList.remove('fn-reading');
  document.dispatchEvent(new CustomEvent('footnote:closed'));
}

document.addEventListener('footnote:open', (event) => openCitation(event.detail));
find('.fn-close').addEventListener('click', close);
for (const button of element.querySelectorAll('.fn-more')) {
  button.addEventListener('click', () => show({ ...shown, reach: shown.reach * 4 }, { keepPlace: true }));
}
